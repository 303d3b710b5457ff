package dev.longtake.worker;

import dev.longtake.memory.Memory;
import dev.longtake.memory.UnknownFilmException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tries again what Redis could not do, for as long as it is away. */
final class Patience {

    private static final Logger LOG = LoggerFactory.getLogger(Patience.class);
    private static final long PAUSE_MILLIS = 500;
    /** So often a thing may fail although Redis answers. */
    private static final int MOST_ATTEMPTS = 5;

    private final Vertx vertx;
    private final Memory memory;
    private final String worker;
    private volatile boolean ended;

    Patience(Vertx vertx, Memory memory, String worker) {
        this.vertx = vertx;
        this.memory = memory;
        this.worker = worker;
    }

    /** @param step must be harmless to repeat; a film that is gone is no reason to try again */
    <T> Future<T> until(Supplier<Future<T>> step) {
        return until(step, 1);
    }

    private <T> Future<T> until(Supplier<Future<T>> step, int attempt) {
        return step.get().recover(error -> {
            if (ended || error instanceof UnknownFilmException) {
                return Future.failedFuture(error);
            }
            if (attempt == 1) {
                LOG.warn("Worker {} waits for Redis: {}", worker, error.toString());
            }
            return pause().compose(paused -> memory.ping().map(true).otherwise(false))
                    .compose(there -> there && attempt >= MOST_ATTEMPTS
                            ? Future.failedFuture(error)
                            : until(step, attempt + 1));
        });
    }

    Future<Void> pause() {
        return vertx.timer(PAUSE_MILLIS, TimeUnit.MILLISECONDS).mapEmpty();
    }

    /** From now on the first failure is the last. */
    void end() {
        ended = true;
    }
}
