package dev.longtake.diffusion;

import dev.longtake.film.InvalidFieldException;
import java.util.function.Supplier;

/**
 * Euler steps of a rectified flow, {@code x = (1 - s) * clean + s * noise}, evenly spaced from {@code s = strength} to
 * 0. Draws no noise on the way.
 */
public final class FlowRefinement implements RefinementSolver {

    private static final double TIMESTEPS = 1000;

    private final int steps;
    private final double strength;

    /**
     * @param steps    1 or more
     * @param strength how much of the source is replaced by noise at the start: more than 0, at most 1
     */
    public FlowRefinement(int steps, double strength) {
        if (steps < 1) {
            throw new InvalidFieldException("steps", steps, "1 or more");
        }
        if (!(strength > 0 && strength <= 1)) {
            throw new InvalidFieldException("strength", strength, "more than 0, at most 1");
        }
        this.steps = steps;
        this.strength = strength;
    }

    @Override
    public int steps() {
        return steps;
    }

    /** Share of noise before step {@code index}, 0 to {@code steps()}. */
    public double sigma(int index) {
        return strength * (steps - index) / steps;
    }

    @Override
    public double timestep(int index) {
        return TIMESTEPS * sigma(index);
    }

    @Override
    public void show(int index, float[] x, float[] shown) {
        System.arraycopy(x, 0, shown, 0, x.length);
    }

    @Override
    public void clean(int index, float[] shown, float[] prediction) {
        float sigma = (float) sigma(index);
        for (int i = 0; i < prediction.length; i++) {
            prediction[i] = shown[i] - sigma * prediction[i];
        }
    }

    @Override
    public void begin(float[] source, float[] noise) {
        float sigma = (float) sigma(0);
        for (int i = 0; i < source.length; i++) {
            source[i] += sigma * (noise[i] - source[i]);
        }
    }

    @Override
    public void step(int index, float[] x, float[] clean, float[] previous, Supplier<float[]> noise) {
        float kept = (float) (sigma(index + 1) / sigma(index));
        for (int i = 0; i < x.length; i++) {
            x[i] = clean[i] + kept * (x[i] - clean[i]);
        }
    }
}
