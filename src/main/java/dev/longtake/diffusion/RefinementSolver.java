package dev.longtake.diffusion;

import java.util.function.Supplier;

/**
 * Solves a denoising process that begins with a noised picture instead of noise (SDEdit, arXiv 2108.01073), told what
 * the clean latents are instead of what the network said. Immutable; knows nothing of frames, so that any cut of the
 * latents is solved alike.
 */
public interface RefinementSolver {

    /** Number of steps. */
    int steps();

    /**
     * Latents to begin with.
     *
     * @param source what is refined; overwritten
     * @param noise  standard normal draws, as many
     */
    void begin(float[] source, float[] noise);

    /** What the network is told as time at step {@code index}. */
    double timestep(int index);

    /**
     * What the network is shown at step {@code index}.
     *
     * @param x     noisy latents
     * @param shown as many; overwritten
     */
    void show(int index, float[] x, float[] shown);

    /**
     * What the network's answer says the clean latents are.
     *
     * @param shown      what it was shown
     * @param prediction its answer; overwritten with the clean latents
     */
    void clean(int index, float[] shown, float[] prediction);

    /**
     * Takes one step.
     *
     * @param index    0 to {@code steps() - 1}
     * @param x        noisy latents before the step; overwritten with those after it
     * @param clean    the clean latents as they are seen from {@code x}
     * @param previous the same at the step before; null at step 0
     * @param noise    standard normal draws; asked for only if this step adds noise
     */
    void step(int index, float[] x, float[] clean, float[] previous, Supplier<float[]> noise);
}
