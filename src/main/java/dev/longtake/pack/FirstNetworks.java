package dev.longtake.pack;

import dev.longtake.film.CancelToken;
import dev.longtake.film.CancelledException;

/** The networks that make a film's first chunk from text alone (StreamingT2V's initialization stage). */
public final class FirstNetworks implements AutoCloseable {

    private static final float[] NO_SOURCE = {};

    private final TextEncoder textEncoder;
    private final PlainUnet unet;
    private final VaeDecoder decoder;

    FirstNetworks(TextEncoder textEncoder, PlainUnet unet, VaeDecoder decoder) {
        this.textEncoder = textEncoder;
        this.unet = unet;
        this.decoder = decoder;
    }

    public TextEncoder textEncoder() {
        return textEncoder;
    }

    /**
     * Predicts one step.
     *
     * @param batch    1, or 2 for guidance: without the prompt, then with it
     * @param x        noisy latents (F, c, h, w)
     * @param timestep as the sampler says
     * @param texts    (batch, L, D)
     * @param result   (batch, F, c, h, w), overwritten
     * @throws CancelledException if {@code token} was cancelled before the prediction was done
     */
    public void predict(int batch, float[] x, double timestep, float[] texts, float[] result, CancelToken token)
            throws CancelledException {
        unet.predict(batch, x, timestep, texts, NO_SOURCE, result, token);
    }

    /** Of the first chunk's latents. */
    public VaeDecoder decoder() {
        return decoder;
    }

    @Override
    public void close() {
        decoder.close();
        unet.close();
        textEncoder.close();
    }
}
