package dev.longtake.pack;

import dev.longtake.film.CancelToken;
import dev.longtake.film.CancelledException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * UNet and CAM: says what is noise in a chunk. CAM's features go from one network to the other in place, without a
 * copy.
 *
 * <p>Call {@link #start} once a chunk, then {@link #predict} for every step.
 */
public final class Denoiser implements AutoCloseable {

    private final Graph cam;
    private final Graph unet;
    private final Map<Integer, Pass> passes = new HashMap<>();
    private Pass pass;
    private boolean conditioned;

    Denoiser(Graph cam, Graph unet) {
        this.cam = cam;
        this.unet = unet;
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
        pass = passes.computeIfAbsent(conditions.batch(), Pass::new);
        conditioned = conditions.embedding().isPresent();
        pass.unet.input("contexts").fill(conditions.contexts());
        pass.unet.input("cam_scale").fill(conditioned ? 1 : 0);
        if (conditioned) {
            pass.cam.input("text").fill(conditions.text());
            pass.cam.input("embedding").fill(conditions.embedding().get());
        } else {
            pass.cam.outputs().values().forEach(feature -> feature.fill(0));
        }
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
        if (conditioned) {
            HostTensor head = pass.cam.input("latents");
            head.fill(x, 0, head.size() / pass.batch);
            pass.cam.input("timestep").fill((float) timestep);
            pass.cam.run(token);
        }
        pass.unet.input("latents").fill(x);
        pass.unet.input("timestep").fill((float) timestep);
        pass.unet.run(token);
        pass.unet.output("prediction").copyTo(result);
    }

    @Override
    public void close() {
        passes.values().forEach(Pass::close);
    }

    /** The tensors for one size of batch. */
    private final class Pass {
        private final int batch;
        private final Binding cam;
        private final Binding unet;

        Pass(int batch) {
            this.batch = batch;
            cam = Denoiser.this.cam.bind(batch, Map.of());
            unet = Denoiser.this.unet.bind(batch, cam.outputs());
        }

        void close() {
            unet.close();
            cam.close();
        }
    }
}
