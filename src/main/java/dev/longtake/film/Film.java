package dev.longtake.film;

import java.time.Instant;

/**
 * A film as it is remembered.
 *
 * @param chunksDone chunks whose snapshot is kept; the next to make
 * @param framesDone frames that can be watched
 * @param owner      who made it (opaque)
 * @param error      why it failed, empty unless {@link FilmState#FAILED}
 */
public record Film(
        FilmId id,
        String owner,
        FilmState state,
        Recipe recipe,
        int chunksDone,
        int framesDone,
        String error,
        Instant createdAt) {}
