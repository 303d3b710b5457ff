package dev.longtake.diffusion;

import dev.longtake.film.InvalidFieldException;

/**
 * How a film is cut into overlapping windows by a stage that refines it (paper, section 4.3): window {@code j} holds
 * the frames from {@code j * stride()} on.
 *
 * @param frames  of a window, 1 or more
 * @param overlap frames that a window shares with the next, 0 to half a window, so that no frame is in three
 */
public record BlendWindows(int frames, int overlap) {

    /** @throws InvalidFieldException if a value is out of range */
    public BlendWindows {
        if (frames < 1) {
            throw new InvalidFieldException("window", frames, "1 or more");
        }
        if (overlap < 0 || overlap > frames / 2) {
            throw new InvalidFieldException("overlap", overlap, "0 to " + frames / 2 + ", half the window");
        }
    }

    /** Frames from the beginning of a window to that of the next. */
    public int stride() {
        return frames - overlap;
    }

    /** The film's frame that window {@code window} begins with. */
    public long first(int window) {
        return (long) window * stride();
    }

    /** Windows that it takes to cover a film of {@code film} frames, 1 or more; the last may reach beyond its end. */
    public int covering(long film) {
        return film <= frames ? 1 : Math.toIntExact((film - overlap + stride() - 1) / stride());
    }
}
