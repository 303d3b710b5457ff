package dev.longtake.film;

import java.time.Instant;

/**
 * A film as it is remembered.
 *
 * @param recipe     what decides its pixels; its length is the one asked for
 * @param plan       how the film's pack cuts it into chunks
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
        ChunkPlan plan,
        int chunksDone,
        int framesDone,
        String error,
        Instant createdAt) {

    /** A film that was asked for just now. */
    public static Film create(String owner, Recipe recipe, ChunkPlan plan) {
        return new Film(FilmId.create(), owner, FilmState.QUEUED, recipe, plan, 0, 0, "", Instant.now());
    }

    /** Chunks that the whole film has. */
    public int chunks() {
        return plan.chunksFor(recipe.frames());
    }
}
