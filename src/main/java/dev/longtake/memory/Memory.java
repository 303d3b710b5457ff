package dev.longtake.memory;

import io.vertx.core.Future;
import io.vertx.core.Vertx;

/** Everything Longtake remembers, in one Redis. Safe to use from any thread. */
public final class Memory {

    /**
     * Connects to a Redis.
     *
     * @param url {@code redis://[:password@]host:port[/database]}
     * @return fails with {@link java.io.IOException} naming the address if no Redis answers there
     */
    public static Future<Memory> open(Vertx vertx, String url) {
        throw new UnsupportedOperationException();
    }

    public FilmMemory films() {
        throw new UnsupportedOperationException();
    }

    public FilmEvents events() {
        throw new UnsupportedOperationException();
    }

    public JobQueue jobs() {
        throw new UnsupportedOperationException();
    }

    public ShareLinks shares() {
        throw new UnsupportedOperationException();
    }

    /** Succeeds if Redis answers now. */
    public Future<Void> ping() {
        throw new UnsupportedOperationException();
    }

    public Future<Void> close() {
        throw new UnsupportedOperationException();
    }
}
