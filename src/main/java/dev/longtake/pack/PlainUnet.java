package dev.longtake.pack;

import dev.longtake.film.CancelToken;
import dev.longtake.film.CancelledException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A UNet that reads text alone. On a processor the halves of guidance run side by side; on a graphics card, which one of
 * them fills, one after the other: a batch of two would take twice the memory.
 */
final class PlainUnet implements AutoCloseable {

    private final NetworkRuntime runtime;
    private final Lanes lanes;
    private final Denoiser.Loader loader;
    private final String role;
    private final OpenParts opened = new OpenParts();
    private final Map<Integer, List<Binding>> bindingsByBatch = new HashMap<>();

    PlainUnet(NetworkRuntime runtime, Lanes lanes, Denoiser.Loader loader, String role) {
        this.runtime = runtime;
        this.lanes = lanes;
        this.loader = loader;
        this.role = role;
    }

    /** Gets everything ready for a size of batch, 1 or 2; else the first prediction with it does. */
    PlainUnet prepare(int batch) {
        bindingsByBatch.computeIfAbsent(batch, this::bindings);
        return this;
    }

    private List<Binding> bindings(int batch) {
        int sharing = runtime.splitsBatches() ? Math.min(batch, runtime.lanes()) : 1;
        Graph graph = opened.keep(loader.load(role, sharing)).prepare();
        return Stream.generate(() -> opened.keep(graph.bind(1, Map.of()))).limit(sharing).toList();
    }

    /**
     * Predicts one step.
     *
     * @param batch    1, or 2 for guidance
     * @param latents  noisy, (F, c, h, w)
     * @param timestep as the sampler says
     * @param texts    (batch, L, D)
     * @param source   what is refined (F, c, h, w); only read by networks that see it
     * @param result   (batch, F, c, h, w), overwritten
     * @throws CancelledException if {@code token} was cancelled before the prediction was done
     */
    void predict(
            int batch,
            float[] latents,
            double timestep,
            float[] texts,
            float[] source,
            float[] result,
            CancelToken token) throws CancelledException {
        List<Binding> bindings = prepare(batch).bindingsByBatch.get(batch);
        for (int done = 0; done < batch; done += bindings.size()) {
            int first = done;
            lanes.run(bindings.size(), lane -> {
                Binding binding = bindings.get(lane);
                binding.input("latents").fill(latents);
                binding.input("timestep").fill((float) timestep);
                if (binding.has(GraphContract.SOURCE)) {
                    binding.input(GraphContract.SOURCE).fill(source);
                }
                HostTensor text = binding.input("text");
                text.fill(texts, (first + lane) * text.size(), text.size());
                binding.run(token);
                binding.output("prediction").copyTo(result, (first + lane) * latents.length);
            }, token);
        }
    }

    @Override
    public void close() {
        opened.close();
    }
}
