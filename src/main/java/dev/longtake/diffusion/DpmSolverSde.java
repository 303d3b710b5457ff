package dev.longtake.diffusion;

import dev.longtake.film.InvalidFieldException;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * DPM-Solver++(2M) SDE (arXiv 2211.01095, midpoint, eta 1), as the original's enhancer uses it (reference-spec 6.3 and
 * 6.4): variance-preserving noise, log-SNR cosine-shifted and scaled to zero terminal SNR, "trailing" timesteps.
 *
 * <p>The solver works with {@code x = clean + s * noise}, where {@code s} is {@link #sigma}.
 */
public final class DpmSolverSde implements RefinementSolver {

    private final double[] alphas;
    private final double[] sigmas;
    private final int start;
    private final int[] timesteps;
    private final double[] levels;

    /**
     * The training's noise: log-SNR runs as a cosine does, and is shifted by less at the clean end than at the noisy one.
     *
     * @param timesteps of the training, such as 1000
     * @param limit     log-SNR at the ends before it is shifted, such as 7.5
     * @param least     divisor of the noise at the clean end, such as 2
     * @param most      the same at the noisy end, such as 4
     */
    public record Schedule(int timesteps, double limit, double least, double most) {

        /** That of MS-Vid2Vid-XL. */
        public static final Schedule ORIGINAL = new Schedule(1000, 7.5, 2, 4);

        private double[] sigmas() {
            double[] sigmas = new double[timesteps];
            double a = Math.atan(Math.exp(limit));
            double b = Math.atan(Math.exp(-limit));
            for (int k = 0; k < timesteps; k++) {
                double u = 1 - (double) k / (timesteps - 1);
                double logSnr = -2 * Math.log(Math.tan(a + u * (b - a)));
                double shifted = u * (logSnr - 2 * Math.log(least)) + (1 - u) * (logSnr - 2 * Math.log(most));
                sigmas[k] = Math.sqrt(1 / (1 + Math.exp(shifted)));
            }
            double smallest = sigmas[0];
            double scale = (1 - smallest) / (sigmas[timesteps - 1] - smallest);
            for (int k = 0; k < timesteps; k++) {
                sigmas[k] = smallest + (sigmas[k] - smallest) * scale;
            }
            return sigmas;
        }
    }

    /**
     * @param steps       1 to {@code noiseLevels - 1}
     * @param noiseLevels of the training's how many are gone back to, such as 600
     */
    public DpmSolverSde(int steps, int noiseLevels, Schedule schedule) {
        // At the last of them no signal is left to begin with.
        if (noiseLevels < 2 || noiseLevels >= schedule.timesteps()) {
            throw new InvalidFieldException("noiseLevels", noiseLevels, "2 to " + (schedule.timesteps() - 1));
        }
        if (steps < 1 || steps >= noiseLevels) {
            throw new InvalidFieldException("steps", steps, "1 to " + (noiseLevels - 1));
        }
        sigmas = schedule.sigmas();
        alphas = Arrays.stream(sigmas).map(sigma -> Math.sqrt(1 - sigma * sigma)).toArray();
        start = noiseLevels - 1;
        timesteps = new int[steps];
        levels = new double[steps + 1];
        // steps + 1 trailing points and 0; the last point but 0 is left out.
        for (int i = 0; i < steps; i++) {
            double time = start - i * (double) noiseLevels / (steps + 1);
            levels[i] = level(time);
            timesteps[i] = (int) Math.rint(time);
        }
    }

    /** Noise over signal at a time between timesteps, linear in its logarithm. */
    private double level(double time) {
        int below = (int) Math.floor(time);
        double lower = Math.log(sigmas[below] / alphas[below]);
        double share = time - below;
        return Math.exp(share == 0 ? lower : lower + share * (Math.log(sigmas[below + 1] / alphas[below + 1]) - lower));
    }

    @Override
    public int steps() {
        return timesteps.length;
    }

    /** Noise over signal before step {@code index}; 0 after the last. */
    public double sigma(int index) {
        return levels[index];
    }

    @Override
    public double timestep(int index) {
        return timesteps[index];
    }

    @Override
    public void show(int index, float[] x, float[] shown) {
        float scale = (float) (1 / Math.sqrt(1 + levels[index] * levels[index]));
        for (int i = 0; i < x.length; i++) {
            shown[i] = scale * x[i];
        }
    }

    /** The network predicts v. */
    @Override
    public void clean(int index, float[] shown, float[] prediction) {
        float signal = (float) alphas[timesteps[index]];
        float deviation = (float) sigmas[timesteps[index]];
        for (int i = 0; i < prediction.length; i++) {
            prediction[i] = signal * shown[i] - deviation * prediction[i];
        }
    }

    @Override
    public void begin(float[] source, float[] noise) {
        // The original treats the noised latents like noise of unit deviation: scaled, not divided by alpha.
        float scale = (float) levels[0];
        float signal = (float) alphas[start];
        float deviation = (float) sigmas[start];
        for (int i = 0; i < source.length; i++) {
            source[i] = scale * (signal * source[i] + deviation * noise[i]);
        }
    }

    @Override
    public void step(int index, float[] x, float[] clean, float[] previous, Supplier<float[]> noise) {
        double next = levels[index + 1];
        if (next == 0) {
            System.arraycopy(clean, 0, x, 0, x.length);
            return;
        }
        double h = Math.log(levels[index] / next);
        double weight = -Math.expm1(-2 * h);
        float kept = (float) (next / levels[index] * Math.exp(-h));
        float deviation = (float) (next * Math.sqrt(weight));
        float correction = index == 0
                ? 0
                : (float) (weight / 2 * h / Math.log(levels[index - 1] / levels[index]));
        float towards = (float) weight;
        float[] draws = noise.get();
        for (int i = 0; i < x.length; i++) {
            x[i] = kept * x[i] + towards * clean[i] + deviation * draws[i];
            if (index > 0) {
                x[i] += correction * (clean[i] - previous[i]);
            }
        }
    }
}
