package dev.longtake.pack;

import java.util.ArrayDeque;
import java.util.Deque;

/** Native things that are freed together: the last one opened first. */
final class OpenParts implements AutoCloseable {

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();

    <T extends AutoCloseable> T keep(T part) {
        parts.push(part);
        return part;
    }

    /** Frees everything; a second call does nothing. */
    @Override
    public void close() {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException("The model pack can't be closed: " + e.getMessage(), e);
            }
        }
    }
}
