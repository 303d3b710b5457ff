package dev.longtake.director;

/**
 * Draws pictures larger by a whole number, bilinearly, as the enhancer was trained to see them: pixels are areas, whose
 * middles are a pixel apart (PyTorch's {@code align_corners=False}).
 *
 * @param width  of the small pictures
 * @param height of the small pictures
 * @param scale  how many times as large
 */
record Enlargement(int width, int height, int scale) {

    /**
     * @param planes (any number, height, width)
     * @param large  (as many, scale * height, scale * width), overwritten
     */
    void apply(float[] planes, float[] large) {
        int small = width * height;
        int count = planes.length / small;
        int at = 0;
        for (int plane = 0; plane < count; plane++) {
            for (int y = 0; y < height * scale; y++) {
                double down = middle(y);
                int above = index(down, height);
                int below = Math.min(above + 1, height - 1);
                float lower = share(down);
                for (int x = 0; x < width * scale; x++) {
                    double across = middle(x);
                    int left = index(across, width);
                    int right = Math.min(left + 1, width - 1);
                    float further = share(across);
                    float top = mix(planes, plane * small + above * width, left, right, further);
                    float bottom = mix(planes, plane * small + below * width, left, right, further);
                    large[at++] = top + lower * (bottom - top);
                }
            }
        }
    }

    private double middle(int position) {
        return Math.max(0, (position + 0.5) / scale - 0.5);
    }

    private static int index(double middle, int size) {
        return Math.min((int) middle, size - 1);
    }

    private static float share(double middle) {
        return (float) (middle - Math.floor(middle));
    }

    private static float mix(float[] planes, int row, int left, int right, float share) {
        return planes[row + left] + share * (planes[row + right] - planes[row + left]);
    }
}
