package dev.longtake.director;

import dev.longtake.film.ChunkPlan;

/**
 * Lets the new frames of a chunk come out of the last one's, so that a change of the prompt is no cut. Every new frame is
 * mixed with the one a step of the plan before it, less and less of it, and the last new frame not at all: a still
 * picture instead would stop what moves.
 */
final class Dissolve {

    private final ChunkPlan plan;
    private final int frameSize;

    /** @param frameSize numbers in one frame's latent */
    Dissolve(ChunkPlan plan, int frameSize) {
        this.plan = plan;
        this.frameSize = frameSize;
    }

    /**
     * @param overlap clean latents of the frames that the chunk before shares with this one
     * @param latents of all the chunk's frames; its new ones are changed
     */
    void apply(float[] overlap, float[] latents) {
        int first = plan.frames() - plan.step();
        for (int frame = first; frame < plan.frames(); frame++) {
            // Where a step is longer than the overlap, its first frame stands in for those before it.
            int before = Math.max(0, frame - plan.step());
            float share = (float) (frame - first + 1) / plan.step();
            for (int i = 0; i < frameSize; i++) {
                float old = overlap[before * frameSize + i];
                int at = frame * frameSize + i;
                latents[at] = old + share * (latents[at] - old);
            }
        }
    }
}
