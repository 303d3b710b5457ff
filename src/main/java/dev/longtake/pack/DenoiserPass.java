package dev.longtake.pack;

import dev.longtake.film.CancelToken;
import dev.longtake.film.CancelledException;
import java.util.Map;

/** CAM and UNet with tensors for one run of some entries of a batch. */
final class DenoiserPass implements AutoCloseable {

    private final int batch;
    private final Binding cam;
    private final Binding unet;
    private boolean conditioned;

    DenoiserPass(Graph cam, Graph unet, int batch) {
        this.batch = batch;
        this.cam = cam.bind(batch, Map.of());
        this.unet = unet.bind(batch, this.cam.outputs());
    }

    /** Takes its entries of the conditions: those from {@code index * batch} on. */
    void start(Denoiser.Conditions conditions, int index) {
        conditioned = conditions.embedding().isPresent();
        fill(unet.input("contexts"), conditions.contexts(), index);
        unet.input("cam_scale").fill(conditioned ? 1 : 0);
        if (conditioned) {
            fill(cam.input("text"), conditions.text(), index);
            cam.input("embedding").fill(conditions.embedding().get());
        } else {
            cam.outputs().values().forEach(feature -> feature.fill(0));
        }
    }

    private static void fill(HostTensor tensor, float[] values, int index) {
        tensor.fill(values, index * tensor.size(), tensor.size());
    }

    void run(float[] x, double timestep, double interval, CancelToken token) throws CancelledException {
        if (conditioned) {
            HostTensor head = cam.input("latents");
            head.fill(x, 0, head.size() / batch);
            fillTime(cam, timestep, interval);
            cam.run(token);
        }
        unet.input("latents").fill(x);
        fillTime(unet, timestep, interval);
        unet.run(token);
    }

    private static void fillTime(Binding binding, double timestep, double interval) {
        binding.input("timestep").fill((float) timestep);
        if (binding.has(GraphContract.INTERVAL)) {
            binding.input(GraphContract.INTERVAL).fill((float) interval);
        }
    }

    void copyTo(float[] result, int offset) {
        unet.output("prediction").copyTo(result, offset);
    }

    @Override
    public void close() {
        unet.close();
        cam.close();
    }
}
