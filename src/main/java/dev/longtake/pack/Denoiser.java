package dev.longtake.pack;

import dev.longtake.film.CancelToken;
import dev.longtake.film.CancelledException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * UNet and CAM: says what is noise in a chunk. CAM's features go from one network to the other in place, without a
 * copy. Where the device is better off that way, the two halves of guidance run side by side.
 *
 * <p>Call {@link #start} once a chunk, then {@link #predict} for every step.
 */
public final class Denoiser implements AutoCloseable {

    private final Graph cam;
    private final Graph unet;
    private final boolean splitsBatches;
    private final Executor lanes;
    private final Runnable stopLanes;
    private final List<DenoiserPass> singles = new ArrayList<>();
    private final Map<Integer, DenoiserPass> batches = new HashMap<>();
    private List<DenoiserPass> passes = List.of();

    Denoiser(NetworkRuntime runtime, Graph cam, Graph unet) {
        this.cam = cam;
        this.unet = unet;
        splitsBatches = runtime.splitsBatches();
        if (runtime.lanes() == 1) {
            // On the caller's own thread: a graphics card's networks should always see the same one.
            lanes = Runnable::run;
            stopLanes = () -> { };
        } else {
            ExecutorService pool = Executors.newFixedThreadPool(runtime.lanes(), Denoiser::thread);
            lanes = pool;
            stopLanes = pool::shutdown;
        }
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "longtake-denoiser");
        thread.setDaemon(true);
        return thread;
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

    /** Sets what the following predictions are conditioned on. */
    public void start(Conditions conditions) {
        passes = passes(conditions.batch());
        for (int i = 0; i < passes.size(); i++) {
            passes.get(i).start(conditions, i);
        }
    }

    private List<DenoiserPass> passes(int batch) {
        if (!splitsBatches) {
            return List.of(batches.computeIfAbsent(batch, size -> new DenoiserPass(cam, unet, size)));
        }
        while (singles.size() < batch) {
            singles.add(new DenoiserPass(cam, unet, 1));
        }
        return List.copyOf(singles.subList(0, batch));
    }

    /**
     * Predicts one step.
     *
     * @param x        noisy latents (F, c, h, w)
     * @param timestep as the sampler says
     * @param result   (batch, F, c, h, w), overwritten
     * @throws CancelledException if {@code token} was cancelled before the prediction was done
     */
    public void predict(float[] x, double timestep, float[] result, CancelToken token) throws CancelledException {
        CompletableFuture<?>[] runs = passes.stream()
                .map(pass -> CompletableFuture.runAsync(() -> run(pass, x, timestep, token), lanes))
                .toArray(CompletableFuture<?>[]::new);
        try {
            // Also waits for the other runs when one has failed, and can't be interrupted: nothing of ours may be
            // freed or written to while a network runs.
            CompletableFuture.allOf(runs).join();
        } catch (CompletionException e) {
            token.check();
            throw new IllegalStateException(e.getCause().getMessage(), e);
        }
        int length = result.length / passes.size();
        for (int i = 0; i < passes.size(); i++) {
            passes.get(i).copyTo(result, i * length);
        }
    }

    private static void run(DenoiserPass pass, float[] x, double timestep, CancelToken token) {
        try {
            pass.run(x, timestep, token);
        } catch (CancelledException e) {
            throw new CompletionException(e);
        }
    }

    @Override
    public void close() {
        stopLanes.run();
        singles.forEach(DenoiserPass::close);
        batches.values().forEach(DenoiserPass::close);
    }
}
