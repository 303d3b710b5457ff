package dev.longtake.film;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A film as it is remembered.
 *
 * @param recipe     what decides its pixels; its length is the one asked for
 * @param plan       how the film's pack cuts it into chunks
 * @param chunksDone chunks whose snapshot is kept; the next to make
 * @param framesDone frames that can be watched
 * @param making     the chunk that is being made, {@value #NONE} if none is
 * @param owner      who made it (opaque)
 * @param endless    whether it goes on until it is stopped; the length asked for is then the longest it may become
 * @param title      what its owner calls it, at most {@value #LONGEST_TITLE} characters; empty for nothing
 * @param lineage    which film it is a take of
 * @param error      why it failed, empty unless {@link FilmState#FAILED}
 * @param enhancement empty unless it is to be refined
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
        boolean endless,
        String title,
        Lineage lineage,
        String error,
        Instant createdAt,
        Optional<Enhancement> enhancement) {

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
        return new Film(id, owner, FilmState.QUEUED, recipe, plan, 0, 0, NONE, false, "", Lineage.original(id), "",
                Instant.now(), Optional.empty());
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
        return new Film(id, owner, newState, recipe, plan, chunksDone, framesDone, making, endless, title, lineage,
                newError, createdAt, enhancement);
    }

    public Film with(Recipe newRecipe) {
        return new Film(id, owner, state, newRecipe, plan, chunksDone, framesDone, making, endless, title, lineage,
                error, createdAt, enhancement);
    }

    /** @param chunk {@value #NONE} for none */
    public Film making(int chunk) {
        return new Film(id, owner, state, recipe, plan, chunksDone, framesDone, chunk, endless, title, lineage, error,
                createdAt, enhancement);
    }

    /** Has more or fewer frames; no chunk is being made, and nothing is wrong. */
    public Film grown(int chunks, int frames, FilmState newState) {
        return new Film(id, owner, newState, recipe, plan, chunks, frames, NONE, endless, title, lineage, "",
                createdAt, enhancement);
    }

    public Film endless(boolean newEndless) {
        return new Film(id, owner, state, recipe, plan, chunksDone, framesDone, making, newEndless, title, lineage,
                error, createdAt, enhancement);
    }

    /** No longer endless: its end is where it is, or after its first chunk if it has nothing yet. */
    public Film ended() {
        return endless
                ? endless(false).with(recipe.withFrames(framesDone == 0 ? plan.frames() : framesDone))
                : this;
    }

    /**
     * What the timeline becomes when the part of it that has not started is replaced by {@code planned}.
     *
     * @param planned may repeat what has started as it is
     * @throws StartedException      if it says otherwise about what has started
     * @throws InvalidFieldException if it is no timeline
     */
    public Timeline replanned(List<PromptChange> planned) {
        List<PromptChange> changes = new ArrayList<>();
        for (PromptChange change : recipe.timeline().changes()) {
            if (started(change)) {
                changes.add(change);
            }
        }
        List<PromptChange> started = changes.stream().map(change -> change.acting(plan)).toList();
        for (PromptChange change : planned) {
            if (!started(change)) {
                changes.add(change);
            } else if (!started.contains(change.acting(plan))) {
                throw new StartedException(change.frame(), firstOpenFrame());
            }
        }
        return new Timeline(changes);
    }

    private boolean started(PromptChange change) {
        return plan.firstChunkFrom(change.frame()) < firstOpenChunk();
    }

    public Film takenFrom(Lineage newLineage) {
        return new Film(id, owner, state, recipe, plan, chunksDone, framesDone, making, endless, title, newLineage,
                error, createdAt, enhancement);
    }

    /** @throws InvalidFieldException if the title is longer than {@value #LONGEST_TITLE} characters */
    public Film titled(String newTitle) {
        return new Film(id, owner, state, recipe, plan, chunksDone, framesDone, making, endless, newTitle, lineage,
                error, createdAt, enhancement);
    }

    public Film enhanced(Optional<Enhancement> newEnhancement) {
        return new Film(id, owner, state, recipe, plan, chunksDone, framesDone, making, endless, title, lineage,
                error, createdAt, newEnhancement);
    }

    /** Whether no more frames come unless somebody asks for them. */
    public boolean hasEnded() {
        return !state.underWay();
    }

    /** The frames that can be refined next; empty if there are none, or the film rests or is not to be refined. */
    public Optional<FrameRange> enhanceable() {
        return enhancement
                .filter(refined -> state != FilmState.PAUSED && refined.error().isEmpty())
                .map(refined -> new FrameRange(
                        refined.frames(), refined.plan().next(refined.frames(), framesDone, hasEnded())))
                .filter(range -> range.count() > 0);
    }

    /** Whether all that the film shows of a chunk is refined. */
    public boolean isEnhanced(int chunk) {
        int shown = plan.shownFrames(chunk, framesDone);
        return shown > 0 && enhancement.filter(done -> plan.firstFrame(chunk) + shown <= done.frames()).isPresent();
    }

    /** Whether all that the film has is refined. */
    public boolean isWhollyEnhanced() {
        return framesDone > 0 && enhancement.filter(refined -> refined.frames() >= framesDone).isPresent();
    }
}
