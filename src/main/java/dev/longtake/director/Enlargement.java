package dev.longtake.director;

import dev.longtake.pack.Interpolation;

/**
 * Draws pictures larger. Pixels are areas, whose middles are a pixel apart (PyTorch's {@code align_corners=False}); what
 * lies beyond the edge has no part.
 */
final class Enlargement {

    private final int width;
    private final int height;
    private final Taps across;
    private final Taps down;

    /** For every position of a large row or column: which small ones it is made of, and how much of each. */
    private record Taps(int[] first, float[][] weights) {

        int size() {
            return first.length;
        }
    }

    /**
     * @param width       of the small pictures
     * @param height      of the small pictures
     * @param largeWidth  not smaller
     * @param largeHeight not smaller
     */
    Enlargement(int width, int height, int largeWidth, int largeHeight, Interpolation interpolation) {
        this.width = width;
        this.height = height;
        across = taps(width, largeWidth, interpolation);
        down = taps(height, largeHeight, interpolation);
    }

    private static Taps taps(int small, int large, Interpolation interpolation) {
        int reach = interpolation == Interpolation.BICUBIC ? 2 : 1;
        int[] first = new int[large];
        float[][] weights = new float[large][];
        for (int position = 0; position < large; position++) {
            double middle = (position + 0.5) * small / large;
            first[position] = Math.max(0, (int) Math.floor(middle - reach + 0.5));
            int end = Math.min(small, (int) Math.floor(middle + reach + 0.5));
            double[] shares = new double[end - first[position]];
            double sum = 0;
            for (int i = 0; i < shares.length; i++) {
                double distance = Math.abs(first[position] + i + 0.5 - middle);
                shares[i] = reach == 1 ? Math.max(0, 1 - distance) : cubic(distance);
                sum += shares[i];
            }
            weights[position] = new float[shares.length];
            for (int i = 0; i < shares.length; i++) {
                weights[position][i] = (float) (shares[i] / sum);
            }
        }
        return new Taps(first, weights);
    }

    /** Keys' kernel (IEEE TASSP 29(6), 1981) with a = -0.5. */
    private static double cubic(double distance) {
        if (distance < 1) {
            return (1.5 * distance - 2.5) * distance * distance + 1;
        }
        return distance < 2 ? ((-0.5 * distance + 2.5) * distance - 4) * distance + 2 : 0;
    }

    /**
     * @param planes (any number, height, width)
     * @param large  (as many, large height, large width), overwritten
     */
    void apply(float[] planes, float[] large) {
        int count = planes.length / (width * height);
        float[] rows = new float[height * across.size()];
        for (int plane = 0; plane < count; plane++) {
            widen(planes, plane * width * height, rows);
            lengthen(rows, large, plane * down.size() * across.size());
        }
    }

    private void widen(float[] planes, int from, float[] rows) {
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < across.size(); x++) {
                rows[y * across.size() + x] =
                        mix(across.weights()[x], planes, from + y * width + across.first()[x], 1);
            }
        }
    }

    private void lengthen(float[] rows, float[] large, int to) {
        for (int y = 0; y < down.size(); y++) {
            for (int x = 0; x < across.size(); x++) {
                large[to + y * across.size() + x] =
                        mix(down.weights()[y], rows, down.first()[y] * across.size() + x, across.size());
            }
        }
    }

    private static float mix(float[] weights, float[] values, int at, int step) {
        if (weights.length == 2) {
            // Rounds as it always did: sharpened films are the same to the bit.
            return values[at] + weights[1] * (values[at + step] - values[at]);
        }
        float sum = 0;
        for (int i = 0; i < weights.length; i++) {
            sum += weights[i] * values[at + i * step];
        }
        return sum;
    }
}
