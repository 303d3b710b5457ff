package dev.longtake.diffusion;

/**
 * The noise schedule of a training: {@code beta_i} runs from {@code betaStart} to {@code betaEnd}, evenly in its square
 * root ("scaled linear").
 *
 * @param timesteps of the training, such as 1000
 * @param betaStart more than 0
 * @param betaEnd   less than 1
 */
public record BetaSchedule(int timesteps, double betaStart, double betaEnd) {

    /** Products of {@code 1 - beta} up to every timestep. */
    double[] alphaProducts() {
        double[] products = new double[timesteps];
        double start = Math.sqrt(betaStart);
        double end = Math.sqrt(betaEnd);
        double product = 1;
        for (int i = 0; i < timesteps; i++) {
            double root = timesteps == 1 ? start : start + (end - start) * i / (timesteps - 1);
            product *= 1 - root * root;
            products[i] = product;
        }
        return products;
    }
}
