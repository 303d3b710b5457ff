package dev.longtake.film;

import java.util.Arrays;

/**
 * Pictures ready to be shown.
 *
 * @param count  number of frames
 * @param height in pixels
 * @param width  in pixels
 * @param rgb    (count, height, width, 3) row-major, 8 bits each
 */
public record VideoFrames(int count, int height, int width, byte[] rgb) {

    public VideoFrames {
        if (rgb.length != count * height * width * 3) {
            throw new IllegalArgumentException(
                    count + " frames of " + width + "x" + height + " are not " + rgb.length + " bytes");
        }
    }

    /** Frames {@code from} (inclusive) to {@code to} (exclusive). */
    public VideoFrames slice(int from, int to) {
        if (from == 0 && to == count) {
            return this;
        }
        int size = height * width * 3;
        return new VideoFrames(to - from, height, width, Arrays.copyOfRange(rgb, from * size, to * size));
    }
}
