package dev.longtake.director;

import dev.longtake.pack.PackManifest.Enhancer.Size;
import java.util.Arrays;

/**
 * Puts pictures into the middle of black ones of another aspect, and takes them out again.
 *
 * @param inner size of the pictures
 * @param outer size of what is around them, not smaller
 */
record Canvas(Size inner, Size outer) {

    private static final float BLACK = -1;

    /** Numbers in a picture with what is around it, (3, H, W). */
    int size() {
        return 3 * outer.width() * outer.height();
    }

    /**
     * @param picture (3, h, w) in [-1, 1]
     * @param whole   (3, H, W), overwritten
     */
    void frame(float[] picture, float[] whole) {
        Arrays.fill(whole, BLACK);
        for (int row = 0; row < 3 * inner.height(); row++) {
            System.arraycopy(picture, row * inner.width(), whole, begin(row), inner.width());
        }
    }

    /**
     * @param whole   (3, H, W)
     * @param picture (3, h, w), overwritten
     */
    void crop(float[] whole, float[] picture) {
        for (int row = 0; row < 3 * inner.height(); row++) {
            System.arraycopy(whole, begin(row), picture, row * inner.width(), inner.width());
        }
    }

    /** Where a row of the picture, of all three planes, begins. */
    private int begin(int row) {
        int plane = row / inner.height();
        int down = row % inner.height() + (outer.height() - inner.height()) / 2;
        return (plane * outer.height() + down) * outer.width() + (outer.width() - inner.width()) / 2;
    }
}
