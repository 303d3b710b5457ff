package dev.longtake.director;

import dev.longtake.film.CancelToken;
import dev.longtake.film.CancelledException;
import dev.longtake.film.ChunkPlan;
import dev.longtake.film.Recipe;
import dev.longtake.film.Snapshot;
import dev.longtake.film.StepListener;
import dev.longtake.film.VideoFrames;
import dev.longtake.pack.ModelPack;
import dev.longtake.pack.PackManifest;
import java.util.Optional;

/**
 * Makes films chunk by chunk. A chunk is a function of the pack, the recipe, the chunk's index and the snapshot
 * before it: nothing is remembered between calls but caches.
 *
 * <p>Used by one thread at a time; only {@link #plan} and {@link #manifest} may be called from any thread.
 */
public final class Director implements AutoCloseable {

    private final ModelPack pack;

    /** @param pack stays open when this director is closed */
    public Director(ModelPack pack) {
        this.pack = pack;
    }

    /**
     * Makes one chunk. Blocks for seconds.
     *
     * @param chunk    index of the chunk; 0 starts the film
     * @param previous snapshot of chunk {@code chunk - 1}; empty for chunk 0
     * @param listener hears of every denoising step
     * @throws CancelledException if {@code token} was cancelled before the chunk was done
     */
    public GeneratedChunk generate(
            Recipe recipe, int chunk, Optional<Snapshot> previous, StepListener listener, CancelToken token)
            throws CancelledException {
        token.check();
        throw new UnsupportedOperationException();
    }

    /** Decodes a chunk's new frames once more: the same bits that {@link #generate} returned. */
    public VideoFrames render(Snapshot snapshot) {
        throw new UnsupportedOperationException();
    }

    /**
     * Checks that this pack can make a recipe.
     *
     * @throws dev.longtake.film.InvalidFieldException if it is for another pack or a prompt is too long
     */
    public void check(Recipe recipe) {
        throw new UnsupportedOperationException();
    }

    /** How films are cut into chunks. */
    public ChunkPlan plan() {
        return pack.manifest().chunk();
    }

    public PackManifest manifest() {
        return pack.manifest();
    }

    @Override
    public void close() { }
}
