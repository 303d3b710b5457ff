package dev.longtake.pack;

import java.util.Map;

/** The first part of the conditional attention module: embeds the frames that a chunk goes on from. */
public final class CamEmbedding implements AutoCloseable {

    private final Graph graph;
    private final Binding binding;
    private final float[] embedding;

    CamEmbedding(Graph graph) {
        this.graph = graph;
        binding = graph.bind(1, Map.of());
        embedding = new float[binding.output("embedding").size()];
    }

    /**
     * Embeds frames.
     *
     * @param frames (K, 3, H, W) in [-1, 1]
     * @return (K, c0, h, w); the next call overwrites it
     */
    public float[] embed(float[] frames) {
        binding.input("frames").fill(frames);
        binding.run();
        binding.output("embedding").copyTo(embedding, 0);
        return embedding;
    }

    @Override
    public void close() {
        binding.close();
        graph.close();
    }
}
