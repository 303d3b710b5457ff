package dev.longtake.diffusion;

import dev.longtake.film.InvalidFieldException;
import java.util.function.Supplier;

/**
 * Euler's method for rectified flow: {@code x = (1 - sigma) * clean + sigma * noise}, the network predicts
 * {@code v = noise - clean}.
 *
 * <p>{@code sigma_i = s*u / (1 + (s - 1)*u)} with {@code u = 1 - i/steps} (the shifted schedule of Stable
 * Diffusion 3, arXiv 2403.03206, section 5.3.2).
 *
 * <p>A distilled network predicts the average of {@code v} over a step that it is told the length of (shortcut models,
 * arXiv 2410.12557). Then the same rule takes the path's whole step at once, however bent the path is.
 */
public final class EulerFlowSampler implements Sampler {

    private static final double TIME_SCALE = 1000;

    private final double[] sigmas;
    private final Velocity velocity;

    /** What the network is asked for. */
    public enum Velocity {
        /** {@code v} where the step starts. */
        MOMENTARY,
        /** The average of {@code v} over the step. */
        AVERAGE
    }

    /** A sampler of the momentary velocity. */
    public EulerFlowSampler(int steps, double shift) {
        this(steps, shift, Velocity.MOMENTARY);
    }

    /**
     * @param steps 1 or more
     * @param shift s above, more than 0; 1 spaces the steps evenly
     */
    public EulerFlowSampler(int steps, double shift, Velocity velocity) {
        if (steps < 1) {
            throw new InvalidFieldException("steps", steps, "1 or more");
        }
        if (!(shift > 0)) {
            throw new InvalidFieldException("shift", shift, "more than 0");
        }
        this.velocity = velocity;
        sigmas = new double[steps + 1];
        for (int i = 0; i <= steps; i++) {
            double u = 1 - (double) i / steps;
            sigmas[i] = shift * u / (1 + (shift - 1) * u);
        }
    }

    @Override
    public int steps() {
        return sigmas.length - 1;
    }

    @Override
    public double timestep(int index) {
        return TIME_SCALE * sigmas[index];
    }

    @Override
    public double interval(int index) {
        return velocity == Velocity.AVERAGE ? TIME_SCALE * (sigmas[index] - sigmas[index + 1]) : 0;
    }

    @Override
    public void hold(int index, float[] clean, float[] noise, float[] x) {
        float signal = (float) (1 - sigmas[index]);
        float sigma = (float) sigmas[index];
        for (int i = 0; i < clean.length; i++) {
            x[i] = signal * clean[i] + sigma * noise[i];
        }
    }

    @Override
    public void step(int index, float[] x, float[] prediction, Supplier<float[]> noise) {
        float delta = (float) (sigmas[index + 1] - sigmas[index]);
        for (int i = 0; i < x.length; i++) {
            x[i] += delta * prediction[i];
        }
    }

    @Override
    public float[] clean(int index, float[] x, float[] prediction, int from, int to) {
        float sigma = (float) sigmas[index];
        float[] clean = new float[to - from];
        for (int i = from; i < to; i++) {
            clean[i - from] = x[i] - sigma * prediction[i];
        }
        return clean;
    }
}
