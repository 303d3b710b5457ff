package dev.longtake.diffusion;

/**
 * Latents {@code sqrt(alpha) * clean + sqrt(1 - alpha) * noise}.
 *
 * @param alpha product of {@code 1 - beta} up to a timestep
 */
record NoiseLevel(double alpha) {

    /** See {@link Sampler#hold}. */
    void hold(float[] clean, float[] noise, float[] x) {
        float signal = (float) Math.sqrt(alpha);
        float deviation = (float) Math.sqrt(1 - alpha);
        for (int i = 0; i < clean.length; i++) {
            x[i] = signal * clean[i] + deviation * noise[i];
        }
    }

    /** See {@link Sampler#clean}. */
    float[] clean(Prediction prediction, float[] x, float[] predicted, int from, int to) {
        Prediction.Coefficients toClean = prediction.coefficients(alpha);
        float fromX = (float) toClean.cleanX();
        float fromPrediction = (float) toClean.cleanP();
        float[] clean = new float[to - from];
        for (int i = from; i < to; i++) {
            clean[i - from] = fromX * x[i] + fromPrediction * predicted[i];
        }
        return clean;
    }
}
