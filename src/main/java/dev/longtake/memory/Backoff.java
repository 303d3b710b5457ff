package dev.longtake.memory;

import java.util.concurrent.ThreadLocalRandom;

/** How long to wait before the next try: longer after every failure, never the same for all. */
final class Backoff {

    private static final long FIRST_MILLIS = 50;
    private static final long LONGEST_MILLIS = 5_000;

    private long next = FIRST_MILLIS;

    synchronized long nextMillis() {
        long wait = next / 2 + ThreadLocalRandom.current().nextLong(next / 2 + 1);
        next = Math.min(2 * next, LONGEST_MILLIS);
        return Math.max(1, wait);
    }

    synchronized void succeeded() {
        next = FIRST_MILLIS;
    }
}
