package dev.longtake.film;

/** A part of a film was to be planned anew that is made or being made already. */
public final class StartedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int frame;
    private final int firstOpenFrame;

    /**
     * @param frame          of the film, that was to be planned
     * @param firstOpenFrame from which on it can be
     */
    public StartedException(int frame, int firstOpenFrame) {
        super("frame " + frame + " is made or being made already; plans can change from frame " + firstOpenFrame
                + " on");
        this.frame = frame;
        this.firstOpenFrame = firstOpenFrame;
    }

    public int frame() {
        return frame;
    }

    public int firstOpenFrame() {
        return firstOpenFrame;
    }
}
