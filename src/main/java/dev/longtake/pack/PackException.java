package dev.longtake.pack;

import java.nio.file.Path;

/** A model pack (or the device it should run on) can't be used; the message says what is wrong and where. */
public final class PackException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public PackException(String message) {
        super(message);
    }

    public PackException(String message, Throwable cause) {
        super(message, cause);
    }

    static PackException at(Path file, String problem) {
        return new PackException(file + ": " + problem);
    }

    static PackException at(Path file, String problem, Throwable cause) {
        return new PackException(file + ": " + problem, cause);
    }
}
