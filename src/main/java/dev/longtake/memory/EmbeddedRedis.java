package dev.longtake.memory;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A Redis server of our own on a free loopback port, which keeps everything in an append-only file. It outlives a
 * killed JVM; the next one that opens the same directory takes it over.
 */
public final class EmbeddedRedis implements AutoCloseable {

    /**
     * Starts the server, or takes over the one that a killed process left behind. Blocks until it answers.
     *
     * @param directory where it keeps its files; created if missing
     * @throws IOException if another process uses the directory, or the server does not start (says why)
     */
    public static EmbeddedRedis open(Path directory) throws IOException {
        throw new UnsupportedOperationException();
    }

    /** Where {@link Memory#open} finds it. */
    public String url() {
        throw new UnsupportedOperationException();
    }

    /** Writes everything to disk and ends the server. Blocks until it is gone. */
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
