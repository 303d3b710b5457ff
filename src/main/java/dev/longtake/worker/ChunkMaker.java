package dev.longtake.worker;

import dev.longtake.director.GeneratedChunk;
import dev.longtake.film.CancelToken;
import dev.longtake.film.CancelledException;
import dev.longtake.film.EnhancementPlan;
import dev.longtake.film.FrameRange;
import dev.longtake.film.Recipe;
import dev.longtake.film.Snapshot;
import dev.longtake.film.StepListener;
import dev.longtake.film.VideoFrames;
import java.util.List;
import java.util.Optional;

/** What a worker needs of a director. Used, and closed, by one thread. */
public interface ChunkMaker extends AutoCloseable {

    /** Makes a chunk; blocks for seconds. See {@link dev.longtake.director.Director#generate}. */
    GeneratedChunk generate(
            Recipe recipe, int chunk, Optional<Snapshot> previous, StepListener listener, CancelToken token)
            throws CancelledException;

    /**
     * What chunk 0 of a film goes on from that begins with a picture.
     *
     * @param png of the film's size
     */
    Snapshot still(byte[] png);

    /** The new frames of a chunk that was made before, the same bits. */
    VideoFrames render(Recipe recipe, Snapshot snapshot);

    /**
     * Refines frames of a film; blocks for seconds. The same arguments give the same bits.
     *
     * @param range    what to refine, as {@link dev.longtake.film.Film#enhanceable()} says
     * @param latents  the film's own latents, one array a frame, from {@code plan.reachesBack(range.from())} to
     *                 {@code plan.reachesForward(range.to(), …)}
     * @param ended    whether the film ends with the last of them
     * @param listener hears of every step
     * @return the range's frames, refined
     */
    VideoFrames enhance(Recipe recipe, EnhancementPlan plan, FrameRange range, List<float[]> latents, boolean ended,
            StepListener listener, CancelToken token) throws CancelledException;

    @Override
    void close();
}
