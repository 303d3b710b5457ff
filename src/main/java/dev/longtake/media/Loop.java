package dev.longtake.media;

import dev.longtake.film.InvalidFieldException;

/**
 * A stretch of a film to be shown again and again.
 *
 * @param skip   frames of the source that come before it
 * @param frames how many it has, 1 to {@value #LONGEST}
 * @param width  in pixels, {@value #NARROWEST} to {@value #WIDEST}; the height follows
 */
public record Loop(int skip, int frames, int width) {

    /** Longer ones are films: a GIF of them would be larger than any page can bear. */
    public static final int LONGEST = 400;
    public static final int NARROWEST = 16;
    public static final int WIDEST = 1024;

    public Loop {
        if (skip < 0) {
            throw new InvalidFieldException("from", skip, "0 or more");
        }
        if (frames < 1 || frames > LONGEST) {
            throw new InvalidFieldException("to", skip + (long) frames, "1 to " + LONGEST + " frames after from");
        }
        if (width < NARROWEST || width > WIDEST) {
            throw new InvalidFieldException("width", width, NARROWEST + " to " + WIDEST);
        }
    }
}
