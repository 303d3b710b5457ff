package dev.longtake.pack;

import java.util.HashMap;
import java.util.Map;

/**
 * The appearance preservation module (StreamingT2V, section 4.2): mixes the prompt with what the anchor frame looks
 * like.
 */
public final class Apm implements AutoCloseable {

    private final Graph graph;
    private final Map<Integer, Binding> bindings = new HashMap<>();

    Apm(Graph graph) {
        this.graph = graph;
    }

    /**
     * Mixes texts and anchors into the contexts that the UNet's layers read.
     *
     * @param batch   1 or 2
     * @param text    (batch, L, D)
     * @param anchors (batch, 3, H, W) in [-1, 1]
     * @return (batch, A, L, D)
     */
    public float[] contexts(int batch, float[] text, float[] anchors) {
        Binding binding = bindings.computeIfAbsent(batch, size -> graph.bind(size, Map.of()));
        binding.input("text").fill(text);
        binding.input("anchor").fill(anchors);
        binding.run();
        return binding.output("contexts").toArray();
    }

    @Override
    public void close() {
        bindings.values().forEach(Binding::close);
        graph.close();
    }
}
