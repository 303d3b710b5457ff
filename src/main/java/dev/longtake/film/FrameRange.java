package dev.longtake.film;

/** Frames of a film, from {@code from} (inclusive) to {@code to} (exclusive). */
public record FrameRange(int from, int to) {

    public int count() {
        return to - from;
    }
}
