package dev.longtake.pack;

import dev.longtake.film.CancelToken;
import dev.longtake.film.CancelledException;
import java.util.Map;

/**
 * A UNet that reads text alone. The halves of guidance are run one after the other: one such run is large enough to
 * fill a device, and two at once take twice the memory.
 */
final class PlainUnet implements AutoCloseable {

    private final Graph graph;
    private final Binding binding;

    PlainUnet(Graph graph) {
        this.graph = graph;
        binding = graph.bind(1, Map.of());
    }

    /**
     * Predicts one step.
     *
     * @param latents  noisy, (F, c, h, w)
     * @param timestep as the sampler says
     * @param texts    (batch, L, D)
     * @param source   what is refined (F, c, h, w); only read by networks that see it
     * @param result   (batch, F, c, h, w), overwritten
     * @throws CancelledException if {@code token} was cancelled before the prediction was done
     */
    void predict(float[] latents, double timestep, float[] texts, float[] source, float[] result, CancelToken token)
            throws CancelledException {
        binding.input("latents").fill(latents);
        binding.input("timestep").fill((float) timestep);
        if (binding.has(GraphContract.SOURCE)) {
            binding.input(GraphContract.SOURCE).fill(source);
        }
        HostTensor text = binding.input("text");
        for (int half = 0; half < texts.length / text.size(); half++) {
            text.fill(texts, half * text.size(), text.size());
            binding.run(token);
            binding.output("prediction").copyTo(result, half * latents.length);
        }
    }

    @Override
    public void close() {
        binding.close();
        graph.close();
    }
}
