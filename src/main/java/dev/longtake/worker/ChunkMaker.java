package dev.longtake.worker;

import dev.longtake.director.GeneratedChunk;
import dev.longtake.film.CancelToken;
import dev.longtake.film.CancelledException;
import dev.longtake.film.Recipe;
import dev.longtake.film.Snapshot;
import dev.longtake.film.StepListener;
import dev.longtake.film.VideoFrames;
import java.util.Optional;

/** What a worker needs of a director. Used, and closed, by one thread. */
public interface ChunkMaker extends AutoCloseable {

    /** Makes a chunk; blocks for seconds. See {@link dev.longtake.director.Director#generate}. */
    GeneratedChunk generate(
            Recipe recipe, int chunk, Optional<Snapshot> previous, StepListener listener, CancelToken token)
            throws CancelledException;

    /** The new frames of a chunk that was made before, the same bits. */
    VideoFrames render(Snapshot snapshot);

    @Override
    void close();
}
