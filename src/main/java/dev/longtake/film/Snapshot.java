package dev.longtake.film;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a chunk leaves behind: all that is needed to make the next one, and to make its own pixels again.
 *
 * @param chunk   index of the chunk, or {@link #STILL}
 * @param latents normalised latents of all the chunk's frames, (F, c, h, w) row-major
 * @param anchor  normalised latent of the frame that the appearance preservation module looks at, (c, h, w)
 */
public record Snapshot(int chunk, float[] latents, float[] anchor) {

    /** Index of what a film that begins with a picture goes on from, in place of a chunk before the first. */
    public static final int STILL = -1;

    /** Latents of the frames that are the chunk's own, each (c, h, w); those that it re-makes are left out. */
    public List<float[]> newFrames(ChunkPlan plan) {
        int size = latents.length / plan.frames();
        return IntStream.range(plan.frames() - plan.newFrames(chunk), plan.frames())
                .mapToObj(frame -> Arrays.copyOfRange(latents, frame * size, (frame + 1) * size))
                .toList();
    }
}
