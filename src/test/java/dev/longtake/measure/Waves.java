package dev.longtake.measure;

import dev.longtake.film.VideoFrames;
import java.util.Random;

/**
 * A colourful picture made of waves, endless in all directions, so that it can be moved by any distance, blurred and
 * recoloured without anything being lost at its edges.
 *
 * @param right    how far it has moved, pixels
 * @param down     how far it has moved, pixels
 * @param blur     standard deviation of the Gaussian that it is blurred with, pixels
 * @param contrast 1 as it was painted
 * @param red      added to the red of every pixel
 * @param seed     another picture for every seed
 */
record Waves(double right, double down, double blur, double contrast, double red, long seed) {

    private static final int COUNT = 14;

    static Waves picture(long seed) {
        return new Waves(0, 0, 0, 1, 0, seed);
    }

    Waves moved(double byRight, double byDown) {
        return new Waves(right + byRight, down + byDown, blur, contrast, red, seed);
    }

    Waves blurred(double sigma) {
        return new Waves(right, down, sigma, contrast, red, seed);
    }

    Waves reddened(double by) {
        return new Waves(right, down, blur, contrast, by, seed);
    }

    /** One frame, painted pixel by pixel: mean 110 or so, wavelengths of 9 to 36 pixels. */
    VideoFrames paint(int width, int height) {
        byte[] rgb = new byte[width * height * 3];
        int at = 0;
        double[][] waves = waves();
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                for (int channel = 0; channel < 3; channel++) {
                    double value = channel == 0 ? 110 + red : 110;
                    for (double[] wave : waves) {
                        value += contrast * wave[2 + channel] * Math.sin(wave[0] * (x - right) + wave[1] * (y - down)
                                + wave[5]);
                    }
                    rgb[at++] = (byte) Math.max(0, Math.min(255, Math.round(value)));
                }
            }
        }
        return new VideoFrames(1, height, width, rgb);
    }

    /** Each: frequency right, down, amplitudes red, green, blue, phase. */
    private double[][] waves() {
        Random random = new Random(seed);
        double[][] waves = new double[COUNT][];
        for (int i = 0; i < COUNT; i++) {
            double frequency = 2 * Math.PI / (9 + 27 * random.nextDouble());
            double direction = 2 * Math.PI * random.nextDouble();
            double fade = Math.exp(-frequency * frequency * blur * blur / 2);
            waves[i] = new double[] {
                frequency * Math.cos(direction), frequency * Math.sin(direction),
                fade * (4 + 8 * random.nextDouble()), fade * (4 + 8 * random.nextDouble()),
                fade * (4 + 8 * random.nextDouble()), 2 * Math.PI * random.nextDouble()};
        }
        return waves;
    }
}
