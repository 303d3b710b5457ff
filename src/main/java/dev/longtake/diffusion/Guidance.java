package dev.longtake.diffusion;

/**
 * Classifier-free guidance (arXiv 2207.12598): away from what the network would do without the prompt.
 *
 * @param scale 1 is off
 */
public record Guidance(double scale) {

    /** No guidance, or none that is not in the prediction already. */
    public static final Guidance OFF = new Guidance(1);

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
    }
}
