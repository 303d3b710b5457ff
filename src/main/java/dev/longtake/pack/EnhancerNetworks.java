package dev.longtake.pack;

import dev.longtake.film.CancelToken;
import dev.longtake.film.CancelledException;
import java.util.HashMap;
import java.util.Map;

/** The networks that refine a film: an autoencoder of large pictures, and a UNet that works in its latents. */
public final class EnhancerNetworks implements AutoCloseable {

    private final OpenParts opened = new OpenParts();
    private final Graph unet;
    private final Graph encoder;
    private final VaeDecoder decoder;
    private final PackManifest.Enhancer enhancer;
    // One for guided predictions, one for plain ones; one for each number of frames, of which a plan knows few.
    private final Map<Integer, Binding> unets = new HashMap<>();
    private final Map<Integer, Binding> encoders = new HashMap<>();

    /** Loads a graph by its role. */
    @FunctionalInterface
    interface Loader {
        Graph load(String role);
    }

    EnhancerNetworks(Loader loader, PackManifest.Enhancer enhancer) {
        this.enhancer = enhancer;
        try {
            unet = opened.keep(loader.load(GraphContract.ENHANCER_UNET));
            encoder = opened.keep(loader.load(GraphContract.ENHANCER_VAE_ENCODER));
            Graph last = opened.keep(loader.load(GraphContract.ENHANCER_VAE_DECODER));
            decoder = opened.keep(
                    new VaeDecoder(last, enhancer.latent().size(), 3 * enhancer.width() * enhancer.height()));
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    /**
     * Encodes pictures.
     *
     * @param pixels (count, 3, H, W) in [-1, 1], large
     * @return normalised latents (count, c, h, w): the means
     */
    public float[] encode(float[] pixels, int count) {
        Binding binding = encoders.computeIfAbsent(count, size -> opened.keep(encoder.bind(size, Map.of())));
        binding.input("frames").fill(pixels);
        binding.run();
        return binding.output("latents").toArray();
    }

    /**
     * Predicts one step of a window.
     *
     * @param shown    noisy latents (frames, c, h, w)
     * @param timestep as the solver says
     * @param batch    1 or 2
     * @param text     (batch, L, D)
     * @param source   what is refined (frames, c, h, w); for packs whose network sees it
     * @param result   (batch, frames, c, h, w), overwritten
     * @throws CancelledException if {@code token} was cancelled before the prediction was done
     */
    public void predict(
            float[] shown,
            double timestep,
            int batch,
            float[] text,
            float[] source,
            float[] result,
            CancelToken token) throws CancelledException {
        Binding binding = unets.computeIfAbsent(batch, size -> opened.keep(unet.bind(size, Map.of())));
        binding.input("latents").fill(shown);
        binding.input("timestep").fill((float) timestep);
        binding.input("text").fill(text);
        if (binding.has(GraphContract.SOURCE)) {
            binding.input(GraphContract.SOURCE).fill(source);
        }
        binding.run(token);
        binding.output("prediction").copyTo(result, 0);
    }

    /** Of refined latents. */
    public VaeDecoder decoder() {
        return decoder;
    }

    /** Numbers in the latents of a window. */
    public int windowSize() {
        return enhancer.window().frames() * enhancer.latent().size();
    }

    @Override
    public void close() {
        opened.close();
    }
}
