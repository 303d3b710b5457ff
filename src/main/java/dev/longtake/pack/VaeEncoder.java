package dev.longtake.pack;

import java.util.Map;

/** The autoencoder's encoder: a picture becomes latents. */
public final class VaeEncoder implements AutoCloseable {

    private final Graph graph;
    private final Binding binding;

    VaeEncoder(Graph graph) {
        this.graph = graph;
        binding = graph.bind(1, Map.of());
    }

    /**
     * Encodes one picture.
     *
     * @param pixels (3, H, W) in [-1, 1]
     * @return normalised latent (c, h, w): the mean
     */
    public float[] encode(float[] pixels) {
        binding.input("frames").fill(pixels);
        binding.run();
        return binding.output("latents").toArray();
    }

    @Override
    public void close() {
        binding.close();
        graph.close();
    }
}
