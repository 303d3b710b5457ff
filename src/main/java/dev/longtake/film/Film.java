package dev.longtake.film;

import java.time.Instant;

/**
 * A film as it is remembered.
 *
 * @param recipe     what decides its pixels; its length is the one asked for
 * @param plan       how the film's pack cuts it into chunks
 * @param chunksDone chunks whose snapshot is kept; the next to make
 * @param framesDone frames that can be watched
 * @param making     the chunk that is being made, {@value #NONE} if none is
 * @param owner      who made it (opaque)
 * @param title      what its owner calls it, at most {@value #LONGEST_TITLE} characters; empty for nothing
 * @param lineage    which film it is a take of
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
        int making,
        String title,
        Lineage lineage,
        String error,
        Instant createdAt) {

    public static final int NONE = -1;
    public static final int LONGEST_TITLE = 120;

    public Film {
        title = title == null ? "" : title.strip();
        if (title.length() > LONGEST_TITLE) {
            throw new InvalidFieldException("title", title, "at most " + LONGEST_TITLE + " characters");
        }
    }

    /** A film that was asked for just now. */
    public static Film create(String owner, Recipe recipe, ChunkPlan plan) {
        return create(FilmId.create(), owner, recipe, plan);
    }

    static Film create(FilmId id, String owner, Recipe recipe, ChunkPlan plan) {
        return new Film(id, owner, FilmState.QUEUED, recipe, plan, 0, 0, NONE, "", Lineage.original(id), "",
                Instant.now());
    }

    /** Chunks that the whole film has. */
    public int chunks() {
        return plan.chunksFor(recipe.frames());
    }

    /** The first chunk that a new prompt can still reach. */
    public int firstOpenChunk() {
        return Math.max(chunksDone, making + 1);
    }

    /** The first frame that a new prompt can still reach. */
    public int firstOpenFrame() {
        return plan.firstFrame(firstOpenChunk());
    }

    public Film in(FilmState newState, String newError) {
        return new Film(id, owner, newState, recipe, plan, chunksDone, framesDone, making, title, lineage, newError,
                createdAt);
    }

    public Film with(Recipe newRecipe) {
        return new Film(id, owner, state, newRecipe, plan, chunksDone, framesDone, making, title, lineage, error,
                createdAt);
    }

    /** @param chunk {@value #NONE} for none */
    public Film making(int chunk) {
        return new Film(id, owner, state, recipe, plan, chunksDone, framesDone, chunk, title, lineage, error,
                createdAt);
    }

    /** Has more or fewer frames; no chunk is being made, and nothing is wrong. */
    public Film grown(int chunks, int frames, FilmState newState) {
        return new Film(id, owner, newState, recipe, plan, chunks, frames, NONE, title, lineage, "", createdAt);
    }

    public Film takenFrom(Lineage newLineage) {
        return new Film(id, owner, state, recipe, plan, chunksDone, framesDone, making, title, newLineage, error,
                createdAt);
    }

    /** @throws InvalidFieldException if the title is longer than {@value #LONGEST_TITLE} characters */
    public Film titled(String newTitle) {
        return new Film(id, owner, state, recipe, plan, chunksDone, framesDone, making, newTitle, lineage, error,
                createdAt);
    }
}
