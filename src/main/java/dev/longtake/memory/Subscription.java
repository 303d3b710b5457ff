package dev.longtake.memory;

/** Something that goes on until it is closed. Closing twice is harmless; nothing is delivered after it. */
@FunctionalInterface
public interface Subscription extends AutoCloseable {

    @Override
    void close();
}
