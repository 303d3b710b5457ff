package dev.longtake.diffusion;

import dev.longtake.film.InvalidFieldException;
import java.util.function.Supplier;

/**
 * DDIM (arXiv 2010.02502, equation 12) with the settings of StreamingT2V: scaled-linear betas, "leading" timesteps,
 * {@code set_alpha_to_one = false}, no clipping.
 */
public final class DdimSampler implements Sampler {

    private final int[] timesteps;
    private final double[] alphas;
    private final double[] previousAlphas;
    private final Prediction prediction;
    private final double eta;

    /**
     * @param stepsOffset added to every timestep
     * @param eta         0 (deterministic) to 1 (as much noise as DDPM)
     * @throws InvalidFieldException if the schedule has too few timesteps for {@code steps}
     */
    public DdimSampler(int steps, BetaSchedule schedule, int stepsOffset, Prediction prediction, double eta) {
        int stride = steps < 1 ? 0 : schedule.timesteps() / steps;
        if (stride < 1 || (steps - 1) * stride + stepsOffset >= schedule.timesteps()) {
            throw new InvalidFieldException("steps", steps, "at least 1 and less than the "
                    + schedule.timesteps() + " timesteps of the training");
        }
        double[] products = schedule.alphaProducts();
        this.prediction = prediction;
        this.eta = eta;
        timesteps = new int[steps];
        alphas = new double[steps];
        previousAlphas = new double[steps];
        for (int i = 0; i < steps; i++) {
            int timestep = (steps - 1 - i) * stride + stepsOffset;
            timesteps[i] = timestep;
            alphas[i] = products[timestep];
            previousAlphas[i] = products[Math.max(0, timestep - stride)];
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
        Prediction.Coefficients toClean = prediction.coefficients(alphas[index]);
        double alpha = alphas[index];
        double previous = previousAlphas[index];
        double deviation = eta * Math.sqrt((1 - previous) / (1 - alpha) * (1 - alpha / previous));
        double direction = Math.sqrt(1 - previous - deviation * deviation);
        // clean = cx*x + cp*p and epsilon = ex*x + ep*p are both linear, and so is the step.
        float fromX = (float) (Math.sqrt(previous) * toClean.cleanX() + direction * toClean.epsilonX());
        float fromPrediction = (float) (Math.sqrt(previous) * toClean.cleanP() + direction * toClean.epsilonP());
        for (int i = 0; i < x.length; i++) {
            x[i] = fromX * x[i] + fromPrediction * predicted[i];
        }
        if (deviation > 0) {
            float scale = (float) deviation;
            float[] z = noise.get();
            for (int i = 0; i < x.length; i++) {
                x[i] += scale * z[i];
            }
        }
    }

    @Override
    public float[] clean(int index, float[] x, float[] predicted, int from, int to) {
        return new NoiseLevel(alphas[index]).clean(prediction, x, predicted, from, to);
    }
}
