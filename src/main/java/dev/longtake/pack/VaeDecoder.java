package dev.longtake.pack;

import java.util.HashMap;
import java.util.Map;

/** The autoencoder's decoder: latents become pixels. */
public final class VaeDecoder implements AutoCloseable {

    private final Graph graph;
    private final int latentSize;
    private final int pixelSize;
    // A pack's chunks are cut in only a few ways, so only a few sizes ever come here.
    private final Map<Integer, Binding> bindings = new HashMap<>();

    /**
     * @param latentSize numbers in a frame's latents
     * @param pixelSize  numbers in a frame's pixels
     */
    VaeDecoder(Graph graph, int latentSize, int pixelSize) {
        this.graph = graph;
        this.latentSize = latentSize;
        this.pixelSize = pixelSize;
    }

    /**
     * Decodes some frames of {@code latents}.
     *
     * @param latents normalised, (any number of frames, c, h, w)
     * @param from    first frame wanted
     * @param to      end (exclusive), more than {@code from}
     * @return (to - from, 3, H, W), cut off to [-1, 1]
     */
    public float[] decode(float[] latents, int from, int to) {
        float[] pixels = new float[(to - from) * pixelSize];
        decode(latents, from, to, pixels);
        return pixels;
    }

    /** The same into the first {@code to - from} frames of {@code pixels}. */
    public void decode(float[] latents, int from, int to, float[] pixels) {
        int count = to - from;
        Binding binding = bindings.computeIfAbsent(count, size -> graph.bind(size, Map.of()));
        binding.input("latents").fill(latents, from * latentSize, count * latentSize);
        binding.run();
        binding.output("frames").copyTo(pixels, 0);
        for (int i = 0; i < count * pixelSize; i++) {
            pixels[i] = Math.max(-1, Math.min(1, pixels[i]));
        }
    }

    @Override
    public void close() {
        bindings.values().forEach(Binding::close);
        graph.close();
    }
}
