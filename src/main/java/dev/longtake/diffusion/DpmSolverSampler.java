package dev.longtake.diffusion;

import dev.longtake.film.InvalidFieldException;
import java.util.function.Supplier;

/**
 * DPM-Solver++(2M) (arXiv 2211.01095, algorithm 2) as StreamingT2V makes its first chunk with it: scaled-linear betas,
 * "linspace" timesteps, midpoint; the first step and the last one, which ends without noise, are of first order.
 *
 * <p>A step looks back on the one before: unlike other samplers one of these is for one run, from its first step to its
 * last, by one thread.
 */
public final class DpmSolverSampler implements Sampler {

    private final int[] timesteps;
    private final double[] alphas;
    private final Prediction prediction;
    /** The clean latents that the last step saw. */
    private float[] before;

    /** @throws InvalidFieldException if the schedule has too few timesteps for {@code steps} */
    public DpmSolverSampler(int steps, BetaSchedule schedule, Prediction prediction) {
        int last = schedule.timesteps() - 1;
        if (steps < 1 || steps > last) {
            throw new InvalidFieldException("steps", steps, "at least 1 and less than the " + schedule.timesteps()
                    + " timesteps of the training");
        }
        this.prediction = prediction;
        double[] products = schedule.alphaProducts();
        timesteps = new int[steps];
        alphas = new double[steps];
        for (int i = 0; i < steps; i++) {
            timesteps[i] = (int) Math.rint((double) last * (steps - i) / steps);
            alphas[i] = products[timesteps[i]];
        }
    }

    @Override
    public int steps() {
        return timesteps.length;
    }

    @Override
    public double timestep(int index) {
        return timesteps[index];
    }

    @Override
    public double interval(int index) {
        return 0;
    }

    @Override
    public void hold(int index, float[] clean, float[] noise, float[] x) {
        new NoiseLevel(alphas[index]).hold(clean, noise, x);
    }

    @Override
    public void step(int index, float[] x, float[] predicted, Supplier<float[]> noise) {
        float[] clean = clean(index, x, predicted, 0, x.length);
        if (index == steps() - 1) {
            System.arraycopy(clean, 0, x, 0, x.length);
            before = null;
            return;
        }
        double h = logSnr(index + 1) - logSnr(index);
        float kept = (float) Math.sqrt((1 - alphas[index + 1]) / (1 - alphas[index]));
        float towards = (float) (-Math.sqrt(alphas[index + 1]) * Math.expm1(-h));
        // Half of how the clean latents changed, were this step as long as the last.
        float trend = index == 0 ? 0 : (float) (towards / 2 * h / (logSnr(index) - logSnr(index - 1)));
        for (int i = 0; i < x.length; i++) {
            x[i] = kept * x[i] + towards * clean[i];
            if (index > 0) {
                x[i] += trend * (clean[i] - before[i]);
            }
        }
        before = clean;
    }

    /** Logarithm of signal over noise. */
    private double logSnr(int index) {
        return Math.log(alphas[index] / (1 - alphas[index])) / 2;
    }

    @Override
    public float[] clean(int index, float[] x, float[] predicted, int from, int to) {
        return new NoiseLevel(alphas[index]).clean(prediction, x, predicted, from, to);
    }
}
