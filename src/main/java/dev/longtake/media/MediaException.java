package dev.longtake.media;

/** FFmpeg could not do what it was asked to; the message says what and why. */
public final class MediaException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public MediaException(String message) {
        super(message);
    }

    public MediaException(String message, Throwable cause) {
        super(message, cause);
    }
}
