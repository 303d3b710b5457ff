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

    public VideoFormat {
        requireSize("video.width", width);
        requireSize("video.height", height);
        if (fps < 1 || fps > 120) {
            throw new InvalidFieldException("video.fps", fps, "1 to 120");
        }
    }

    private static void requireSize(String field, int size) {
        if (size < 16 || size > 4096 || size % 2 != 0) {
            throw new InvalidFieldException(field, size, "even, 16 to 4096");
        }
    }
}
