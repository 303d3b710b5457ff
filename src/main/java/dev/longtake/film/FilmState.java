package dev.longtake.film;

/** Where a film stands. Only {@link #FAILED} needs help; every other state can go on. */
public enum FilmState {
    /** Waits for a worker. */
    QUEUED,
    /** A worker makes its next chunk. */
    RUNNING,
    /** Rests until its maker lets it go on; a chunk that was being made is still finished. */
    PAUSED,
    /** Has all the frames asked for; can be extended. */
    FINISHED,
    /** Stopped by its maker; keeps what it has and can be extended. */
    STOPPED,
    /** A chunk could not be made; the film says why and keeps what it has. */
    FAILED;

    /** Whether it has an end in sight that it has not reached: it is active, or rests on its way. */
    public boolean underWay() {
        return active() || this == PAUSED;
    }

    /** Whether chunks are still being made or waited for. */
    public boolean active() {
        return this == QUEUED || this == RUNNING;
    }
}
