package dev.longtake.media;

import dev.longtake.film.InvalidFieldException;

/**
 * Size and pace of a film.
 *
 * @param width  in pixels, even (H.264 with 4:2:0 colours can't have odd sizes)
 * @param height in pixels, even
 * @param fps    frames per second, 1 to 120
 */
public record VideoFormat(int width, int height, int fps) {

    /** Narrower films lose visibly when two by two pixels share one colour. */
    private static final int NARROW = 128;

    public VideoFormat {
        requireSize("video.width", width);
        requireSize("video.height", height);
        if (fps < 1 || fps > 120) {
            throw new InvalidFieldException("video.fps", fps, "1 to 120");
        }
    }

    /**
     * How much larger than the film its video is. H.264 as browsers play it keeps brightness for every pixel, but
     * colour for two by two only: a small film is written twice as large so that it keeps all of its colours.
     */
    public int scale() {
        return width < NARROW ? 2 : 1;
    }

    private static void requireSize(String field, int size) {
        if (size < 16 || size > 4096 || size % 2 != 0) {
            throw new InvalidFieldException(field, size, "even, 16 to 4096");
        }
    }
}
