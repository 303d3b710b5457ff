package dev.longtake.worker;

import dev.longtake.film.CancelToken;
import dev.longtake.memory.Job;
import io.vertx.core.Future;

/** What a worker does in a film's turns of one stage. */
interface Turns {

    /** A film that took so many workers with it would take every other. */
    int MOST_DELIVERIES = 4;

    /**
     * @param token cancelled when the worker leaves, or the work is no longer wanted
     * @return whether the film needs another turn for this stage
     */
    Future<Boolean> take(Job job, TurnClock clock, CancelToken token);
}
