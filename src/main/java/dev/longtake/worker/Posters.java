package dev.longtake.worker;

import dev.longtake.film.VideoFrames;
import dev.longtake.media.JpegEncoder;

/** Pictures that stand for films. */
final class Posters {

    private static final int QUANTIZER = 3;
    /** Pages that show link previews want pictures of at least 200 pixels, better 600. */
    private static final int WIDTH = 640;

    private final JpegEncoder encoder = new JpegEncoder(QUANTIZER, WIDTH);

    /** @param shown what is shown of a film's first chunk */
    byte[] of(VideoFrames shown) {
        return encoder.encode(shown, shown.count() / 2);
    }
}
