package dev.longtake.measure;

import dev.longtake.film.VideoFrames;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Map;
import javax.imageio.ImageIO;

/**
 * Two clips of 16 frames by the storybook world's own renderer: each row of {@code two-scenes.png} is one
 * ({@code models/longtake_models/world/clips.py}, {@code film(rng, scene, scene, None, 16, "")}).
 */
final class Scenes {

    static final Map<String, String> CAR = Map.of(
            "actor", "red car", "place", "city", "time", "day", "weather", "clear", "action", "moves right");
    static final Map<String, String> PENGUIN = Map.of(
            "actor", "penguin", "place", "forest", "time", "night", "weather", "snow", "action", "jumps");

    static final int FRAMES = 16;
    private static final int SIZE = 64;

    private Scenes() {}

    static VideoFrames car() throws IOException {
        return row(0);
    }

    static VideoFrames penguin() throws IOException {
        return row(1);
    }

    private static VideoFrames row(int row) throws IOException {
        try (InputStream file = Scenes.class.getResourceAsStream("two-scenes.png")) {
            BufferedImage sheet = ImageIO.read(file);
            byte[] rgb = new byte[FRAMES * SIZE * SIZE * 3];
            int at = 0;
            for (int frame = 0; frame < FRAMES; frame++) {
                for (int y = 0; y < SIZE; y++) {
                    for (int x = 0; x < SIZE; x++) {
                        int colour = sheet.getRGB(frame * SIZE + x, row * SIZE + y);
                        rgb[at++] = (byte) (colour >> 16);
                        rgb[at++] = (byte) (colour >> 8);
                        rgb[at++] = (byte) colour;
                    }
                }
            }
            return new VideoFrames(FRAMES, SIZE, SIZE, rgb);
        }
    }

    /** One after the other. */
    static VideoFrames film(VideoFrames... parts) {
        int frames = Arrays.stream(parts).mapToInt(VideoFrames::count).sum();
        byte[] rgb = new byte[frames * SIZE * SIZE * 3];
        int at = 0;
        for (VideoFrames part : parts) {
            System.arraycopy(part.rgb(), 0, rgb, at, part.rgb().length);
            at += part.rgb().length;
        }
        return new VideoFrames(frames, SIZE, SIZE, rgb);
    }

    /** The clip over and over, {@code frames} frames of it. */
    static VideoFrames again(VideoFrames clip, int frames) {
        VideoFrames[] parts = new VideoFrames[(frames + FRAMES - 1) / FRAMES];
        Arrays.fill(parts, clip);
        return film(parts).slice(0, frames);
    }

    /** Each pixel becomes a square of four. */
    static VideoFrames twice(VideoFrames frames) {
        int width = frames.width() * 2;
        int height = frames.height() * 2;
        byte[] rgb = new byte[frames.count() * height * width * 3];
        for (int at = 0; at < rgb.length; at++) {
            int pixel = at / 3;
            int x = pixel % width / 2;
            int y = pixel / width % height / 2;
            int frame = pixel / width / height;
            rgb[at] = frames.rgb()[((frame * frames.height() + y) * frames.width() + x) * 3 + at % 3];
        }
        return new VideoFrames(frames.count(), height, width, rgb);
    }
}
