package dev.longtake.director;

import dev.longtake.film.VideoFrames;

/**
 * Turns pixels as networks know them, (3, H, W) in [-1, 1], into pixels as people do, (H, W, 3) in 8 bits.
 *
 * @param width  in pixels
 * @param height in pixels
 */
record Painter(int width, int height) {

    int plane() {
        return width * height;
    }

    /**
     * @param pixels    (any number of frames, 3, H, W)
     * @param fromFrame first to be painted
     * @param rgb       (any number of frames, H, W, 3)
     * @param toFrame   where it goes
     * @param count     frames to be painted
     */
    void paint(float[] pixels, int fromFrame, byte[] rgb, int toFrame, int count) {
        int plane = plane();
        for (int frame = 0; frame < count; frame++) {
            int source = (fromFrame + frame) * 3 * plane;
            int target = (toFrame + frame) * 3 * plane;
            for (int i = 0; i < plane; i++) {
                for (int colour = 0; colour < 3; colour++) {
                    float value = pixels[source + colour * plane + i];
                    rgb[target + 3 * i + colour] = (byte) Math.round((value + 1) * 127.5f);
                }
            }
        }
    }

    /** @param rgb any number of frames */
    VideoFrames frames(byte[] rgb) {
        return new VideoFrames(rgb.length / (3 * plane()), height, width, rgb);
    }
}
