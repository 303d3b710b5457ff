package dev.longtake.film;

/** Work was given up because its {@link CancelToken} was cancelled. Nothing was kept. */
public final class CancelledException extends Exception {

    private static final long serialVersionUID = 1L;

    public CancelledException() {
        super("cancelled");
    }
}
