package dev.longtake.cli;

/** A command can't do what it was asked for; the message is one clear line. Ends the program with exit code 2. */
public final class UsageException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public UsageException(String message) {
        super(message);
    }
}
