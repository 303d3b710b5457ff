package dev.longtake.diffusion;

/**
 * Classifier-free guidance (arXiv 2207.12598): away from what the network would do without the prompt.
 *
 * @param scale   1 is off
 * @param rescale share, 0 to 1, in which the result is given the spread that the prompt's own prediction has, which
 *                guidance exaggerates (arXiv 2305.08891, section 3.4)
 */
public record Guidance(double scale, double rescale) {

    /** No guidance, or none that is not in the prediction already. */
    public static final Guidance OFF = new Guidance(1);

    private static final double LEAST_SPREAD = 1e-12;

    public Guidance(double scale) {
        this(scale, 0);
    }

    /** Whether the network must be asked twice: without and with the prompt. */
    public boolean active() {
        return scale != 1;
    }

    /**
     * Combines the two predictions: {@code u + scale * (c - u)}.
     *
     * @param both   the unconditional prediction, followed by the conditional one; only the latter if not
     *               {@link #active()}
     * @param result where the combination goes
     */
    public void combine(float[] both, float[] result) {
        int length = result.length;
        if (!active()) {
            System.arraycopy(both, 0, result, 0, length);
            return;
        }
        float factor = (float) scale;
        for (int i = 0; i < length; i++) {
            result[i] = both[i] + factor * (both[length + i] - both[i]);
        }
        if (rescale > 0) {
            double spread = deviation(both, length, length);
            float smaller = (float) (rescale * spread / (deviation(result, 0, length) + LEAST_SPREAD) + 1 - rescale);
            for (int i = 0; i < length; i++) {
                result[i] *= smaller;
            }
        }
    }

    /** Standard deviation, unbiased. */
    private static double deviation(float[] values, int from, int length) {
        double sum = 0;
        for (int i = from; i < from + length; i++) {
            sum += values[i];
        }
        double mean = sum / length;
        double squares = 0;
        for (int i = from; i < from + length; i++) {
            squares += (values[i] - mean) * (values[i] - mean);
        }
        return Math.sqrt(squares / (length - 1));
    }
}
