package dev.longtake.memory;

import dev.longtake.film.ChunkPlan;
import dev.longtake.film.Enhancement;
import dev.longtake.film.EnhancementPlan;
import dev.longtake.film.Film;
import dev.longtake.film.FrameRange;

/**
 * Leave to refine some frames of a film, valid until they are no longer wanted so or another worker takes over.
 *
 * @param film  the film when refining them was begun
 * @param range the frames, which begin where a chunk does and end where one does or the film
 * @param run   tells this leave from earlier ones of the same film
 */
public record EnhancementTask(Film film, FrameRange range, long run) {

    public EnhancementPlan plan() {
        return film.enhancement().map(Enhancement::plan).orElseThrow();
    }

    /** Whether the film's end has a part in what becomes of the frames. */
    public boolean hangsOnEnd() {
        return range.to() > plan().settled(film.framesDone());
    }

    /** Frames that the film will have. */
    public int filmFrames() {
        return film.hasEnded() ? film.framesDone() : film.recipe().frames();
    }

    /** Frames whose latents have a part in what becomes of the range. */
    public FrameRange reach() {
        return new FrameRange(
                plan().reachesBack(range.from()), plan().reachesForward(range.to(), film.framesDone()));
    }

    /** The chunk that the first of the frames belongs to. */
    public int firstChunk() {
        return film.plan().firstChunkFrom(range.from());
    }

    /** Chunks that the frames belong to. */
    public int chunks() {
        return film.plan().firstChunkFrom(range.to()) - firstChunk();
    }

    /** Those of the frames that belong to {@code chunk}, counted from the film's first on. */
    public FrameRange framesOf(int chunk) {
        ChunkPlan plan = film.plan();
        return new FrameRange(plan.firstFrame(chunk), plan.firstFrame(chunk) + plan.shownFrames(chunk, range.to()));
    }
}
