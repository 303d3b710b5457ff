package dev.longtake.measure;

import java.util.Arrays;

/** Moves a picture's pixels along their flow and compares what arrives with the next picture. */
final class ForwardWarp {

    private static final int CHANNELS = 3;
    private static final int NOBODY = -1;

    private final int width;
    private final int height;
    private final int[] arrived;

    ForwardWarp(int width, int height) {
        this.width = width;
        this.height = height;
        arrived = new int[width * height];
    }

    /**
     * Warp error W of one pair (mawe.py of StreamingT2V): the pixel p is copied to round(p + flow(p)), the last one in
     * raster order wins, and what leaves the picture is lost.
     *
     * @param from (height, width, 3) 8-bit
     * @param to   the same shape: the next picture
     * @param flow (height, width, 2): right and down, pixels
     * @return mean squared difference over the pixels of {@code to} that anything arrived at and over their channels,
     *     0 to 65025; 0 where nothing arrived
     */
    double error(byte[] from, byte[] to, float[] flow) {
        Arrays.fill(arrived, NOBODY);
        for (int y = 0, source = 0; y < height; y++) {
            for (int x = 0; x < width; x++, source++) {
                double right = Math.rint(x + (double) flow[2 * source]);
                double down = Math.rint(y + (double) flow[2 * source + 1]);
                if (right >= 0 && right < width && down >= 0 && down < height) {
                    arrived[(int) down * width + (int) right] = source;
                }
            }
        }
        long squares = 0;
        int hits = 0;
        for (int target = 0; target < arrived.length; target++) {
            int source = arrived[target];
            if (source != NOBODY) {
                hits++;
                for (int channel = 0; channel < CHANNELS; channel++) {
                    int difference = Byte.toUnsignedInt(to[CHANNELS * target + channel])
                            - Byte.toUnsignedInt(from[CHANNELS * source + channel]);
                    squares += (long) difference * difference;
                }
            }
        }
        return hits == 0 ? 0 : (double) squares / ((long) CHANNELS * hits);
    }
}
