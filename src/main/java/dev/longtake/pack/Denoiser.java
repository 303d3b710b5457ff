package dev.longtake.pack;

import dev.longtake.film.CancelToken;
import dev.longtake.film.CancelledException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * UNet and CAM: says what is noise in a chunk. CAM's features go from one network to the other in place, without a
 * copy. Where the device is better off that way, the two halves of guidance run side by side, and share its threads; a
 * batch of one has them all. These are two ways to load the networks: each is loaded when it is first needed, since few
 * processes need both.
 *
 * <p>Call {@link #start} once a chunk, then {@link #predict} for every step.
 */
public final class Denoiser implements AutoCloseable {

    private final NetworkRuntime runtime;
    private final Loader loader;
    private final Lanes lanes;
    private final OpenParts opened = new OpenParts();
    private final Map<Integer, Networks> networksByLanes = new HashMap<>();
    private final Map<Integer, List<DenoiserPass>> passesByBatch = new HashMap<>();
    private List<DenoiserPass> passes = List.of();

    /** Gives a graph. */
    @FunctionalInterface
    interface Loader {
        /** @param lanes runs of it that share the device's threads */
        Graph load(String role, int lanes);
    }

    private record Networks(Graph cam, Graph unet) {}

    Denoiser(NetworkRuntime runtime, Lanes lanes, Loader loader) {
        this.runtime = runtime;
        this.lanes = lanes;
        this.loader = loader;
    }

    /**
     * What a chunk is made from. With guidance the batch is 2: without the prompt, then with it.
     *
     * @param batch     1 or 2
     * @param text      (batch, L, D)
     * @param contexts  (batch, A, L, D)
     * @param embedding of the frames to go on from, (K, c0, h, w); empty for a film's first chunk
     */
    public record Conditions(int batch, float[] text, float[] contexts, Optional<float[]> embedding) {}

    /** Gets everything ready for a size of batch, 1 or 2; else the first {@link #start} with it does. */
    void prepare(int batch) {
        passesByBatch.computeIfAbsent(batch, this::passes);
    }

    /**
     * Sets what the following predictions are conditioned on.
     *
     * @throws PackException if networks have to be loaded and are no longer those that the pack was opened with
     */
    public void start(Conditions conditions) {
        prepare(conditions.batch());
        passes = passesByBatch.get(conditions.batch());
        for (int i = 0; i < passes.size(); i++) {
            passes.get(i).start(conditions, i);
        }
    }

    private List<DenoiserPass> passes(int batch) {
        boolean split = runtime.splitsBatches();
        Networks networks = networksByLanes.computeIfAbsent(
                split ? Math.min(batch, runtime.lanes()) : 1,
                sharing -> new Networks(load(GraphContract.CAM, sharing), load(GraphContract.UNET, sharing)));
        List<DenoiserPass> made = new ArrayList<>();
        for (int i = 0; i < (split ? batch : 1); i++) {
            made.add(opened.keep(new DenoiserPass(networks.cam(), networks.unet(), split ? 1 : batch)));
        }
        return List.copyOf(made);
    }

    private Graph load(String role, int sharing) {
        return opened.keep(loader.load(role, sharing).prepare());
    }

    /**
     * Predicts one step.
     *
     * @param x        noisy latents (F, c, h, w)
     * @param timestep as the sampler says
     * @param interval as the sampler says; only packs with a fast mode know others than 0
     * @param result   (batch, F, c, h, w), overwritten
     * @throws CancelledException if {@code token} was cancelled before the prediction was done
     */
    public void predict(float[] x, double timestep, double interval, float[] result, CancelToken token)
            throws CancelledException {
        lanes.run(passes.size(), lane -> passes.get(lane).run(x, timestep, interval, token), token);
        int length = result.length / passes.size();
        for (int i = 0; i < passes.size(); i++) {
            passes.get(i).copyTo(result, i * length);
        }
    }

    @Override
    public void close() {
        opened.close();
    }
}
