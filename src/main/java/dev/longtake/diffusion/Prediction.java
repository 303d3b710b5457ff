package dev.longtake.diffusion;

/** What a network predicts that was trained on noised latents {@code sqrt(a) * clean + sqrt(1 - a) * noise}. */
public enum Prediction {

    /** The noise. */
    EPSILON,
    /** {@code sqrt(a) * noise - sqrt(1 - a) * clean} (arXiv 2202.00512). */
    V;

    /** {@code clean = cleanX * x + cleanP * prediction}; {@code epsilon} likewise. */
    record Coefficients(double cleanX, double cleanP, double epsilonX, double epsilonP) { }

    /** @param alpha the product of {@code 1 - beta} up to the timestep */
    Coefficients coefficients(double alpha) {
        double signal = Math.sqrt(alpha);
        double noise = Math.sqrt(1 - alpha);
        return this == EPSILON
                ? new Coefficients(1 / signal, -noise / signal, 0, 1)
                : new Coefficients(signal, -noise, noise, signal);
    }
}
