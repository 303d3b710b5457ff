package dev.longtake.memory;

import dev.longtake.film.FilmId;
import io.vertx.core.Future;
import java.util.Optional;

/**
 * Whose turn it is. A turn is one chunk; a film that needs more goes back to the end of the queue, so that all films
 * get on. A film has at most one turn in the queue. Safe to use from any thread.
 */
public final class JobQueue {

    /** Gives a film a turn; harmless if it has one. */
    public Future<Void> enqueue(FilmId film) {
        throw new UnsupportedOperationException();
    }

    /**
     * Films that get their turn before this one: 0 if it is next, empty if it has no turn or a worker is at it.
     */
    public Future<Optional<Integer>> position(FilmId film) {
        throw new UnsupportedOperationException();
    }
}
