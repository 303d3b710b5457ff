package dev.longtake.diffusion;

import java.util.function.Supplier;

/**
 * Solves a denoising process in a fixed number of steps. For one run, by one thread: a step may look back on those
 * before.
 */
public interface Sampler {

    /** Number of steps. */
    int steps();

    /** What the network is told as time at step {@code index}, 0 to {@code steps() - 1}. */
    double timestep(int index);

    /**
     * How far the prediction of step {@code index} is followed, in timesteps, as the network is told: 0 where it is
     * asked for its prediction at {@link #timestep}, more where for the average over that interval.
     */
    double interval(int index);

    /**
     * What the first of the latents are before step {@code index} where it is known what they are to become.
     *
     * @param clean what they are to become: the first {@code clean.length} of {@code x}
     * @param noise standard normal draws, at least as many
     * @param x     noisy latents before the step, overwritten where they are known
     */
    void hold(int index, float[] clean, float[] noise, float[] x);

    /**
     * Takes one step.
     *
     * @param index      0 to {@code steps() - 1}
     * @param x          noisy latents before the step; overwritten with those after it
     * @param prediction what the network said about {@code x}; same length
     * @param noise      standard normal draws of the same length; asked for only if this step adds noise
     */
    void step(int index, float[] x, float[] prediction, Supplier<float[]> noise);

    /**
     * The clean latents that the network expects, seen from {@code x} before step {@code index}.
     *
     * @param from first number of {@code x} wanted
     * @param to   end (exclusive)
     */
    float[] clean(int index, float[] x, float[] prediction, int from, int to);
}
