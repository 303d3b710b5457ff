package dev.longtake.pack;

import dev.longtake.film.CancelToken;
import dev.longtake.film.CancelledException;
import java.util.Map;
import java.util.function.Supplier;

/** The networks that refine a film: an autoencoder of large pictures, and a UNet that works in its latents. */
public final class EnhancerNetworks implements AutoCloseable {

    private final TextEncoder textEncoder;
    private final Graph encoder;
    private final Binding encoding;
    private final PlainUnet unet;
    private final VaeDecoder decoder;

    /** @param textEncoder the pack's own, perhaps; whoever opened it closes it */
    EnhancerNetworks(TextEncoder textEncoder, Graph encoder, PlainUnet unet, VaeDecoder decoder) {
        this.textEncoder = textEncoder;
        this.encoder = encoder;
        this.unet = unet;
        this.decoder = decoder;
        encoding = encoder.bind(1, Map.of());
    }

    public TextEncoder textEncoder() {
        return textEncoder;
    }

    /**
     * Encodes a picture.
     *
     * @param pixels (3, H, W) in [-1, 1], large
     * @param noise  standard normal draws, as many as latents; asked for only by packs that refine a sample of what their
     *               encoder says instead of its mean
     * @return normalised latents (c, h, w)
     */
    public float[] encode(float[] pixels, Supplier<float[]> noise) {
        encoding.input("frames").fill(pixels);
        encoding.run();
        if (!encoding.outputs().containsKey(GraphContract.DEVIATION)) {
            return encoding.output("latents").toArray();
        }
        float[] latents = encoding.output(GraphContract.MEAN).toArray();
        float[] deviation = encoding.output(GraphContract.DEVIATION).toArray();
        float[] draws = noise.get();
        for (int i = 0; i < latents.length; i++) {
            latents[i] += deviation[i] * draws[i];
        }
        return latents;
    }

    /**
     * Predicts one step of a window.
     *
     * @param batch    1, or 2 for guidance: without the prompt, then with it
     * @param shown    noisy latents (frames, c, h, w)
     * @param timestep as the solver says
     * @param texts    (batch, L, D)
     * @param source   what is refined (frames, c, h, w); for packs whose network sees it
     * @param result   (batch, frames, c, h, w), overwritten
     * @throws CancelledException if {@code token} was cancelled before the prediction was done
     */
    public void predict(
            int batch,
            float[] shown,
            double timestep,
            float[] texts,
            float[] source,
            float[] result,
            CancelToken token) throws CancelledException {
        unet.predict(batch, shown, timestep, texts, source, result, token);
    }

    /** Of refined latents. */
    public VaeDecoder decoder() {
        return decoder;
    }

    @Override
    public void close() {
        decoder.close();
        unet.close();
        encoding.close();
        encoder.close();
    }
}
