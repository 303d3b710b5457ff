package dev.longtake.pack;

import dev.longtake.film.InvalidFieldException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** The tensors that a pack's networks must have, given the sizes that its manifest names. */
final class GraphContract {

    static final String UNET = "unet";
    static final String CAM = "cam";
    static final String CAM_EMBEDDING = "cam_embedding";
    static final String APM = "apm";
    static final String VAE_DECODER = "vae_decoder";
    static final String ENHANCER_UNET = "enhancer_unet";
    /** The enhancer's input, in packs whose network sees what it refines without noise. */
    static final String SOURCE = "source";
    static final String ENHANCER_VAE_ENCODER = "enhancer_vae_encoder";
    static final String ENHANCER_VAE_DECODER = "enhancer_vae_decoder";
    /** CAM's outputs and the UNet's inputs of the same names. */
    static final String FEATURE = "feature_";
    /** CAM's and UNet's input, in packs whose network knows how far a step goes. */
    static final String INTERVAL = "interval";

    private static final String BATCH = "B";

    private final PackManifest manifest;

    private GraphContract(PackManifest manifest) {
        this.manifest = manifest;
    }

    /** @throws InvalidFieldException if a graph is missing or its tensors don't fit the manifest's sizes */
    static void check(PackManifest manifest) {
        new GraphContract(manifest).check();
    }

    private void check() {
        TreeSet<String> roles = new TreeSet<>(List.of(UNET, CAM, CAM_EMBEDDING, APM, VAE_DECODER));
        if (manifest.enhancer().isPresent()) {
            roles.addAll(List.of(ENHANCER_UNET, ENHANCER_VAE_ENCODER, ENHANCER_VAE_DECODER));
        }
        if (!roles.equals(manifest.graphs().keySet())) {
            throw new InvalidFieldException("graphs", new TreeSet<>(manifest.graphs().keySet()), "exactly " + roles);
        }
        PackManifest.Video video = manifest.video();
        PackManifest.Latent latent = manifest.latent();
        int frames = manifest.chunk().frames();
        int conditioning = manifest.chunk().conditioningFrames();
        TensorShape text = shape(BATCH, manifest.text().tokens(), manifest.text().width());
        TensorShape contexts = shape(BATCH, manifest.contexts(), manifest.text().tokens(), manifest.text().width());
        TensorShape time = shape(BATCH);
        TensorShape embedding = manifest.graphs().get(CAM_EMBEDDING).outputs().getOrDefault("embedding", time);
        Map<String, TensorShape> features = features();
        Map<String, TensorShape> intervals = knowsIntervals() ? Map.of(INTERVAL, time) : Map.of();

        require(APM,
                Map.of("text", text, "anchor", shape(BATCH, 3, video.height(), video.width())),
                Map.of("contexts", contexts));
        require(CAM_EMBEDDING,
                Map.of("frames", shape(BATCH, conditioning, 3, video.height(), video.width())),
                Map.of("embedding", embedding));
        Map<String, TensorShape> camInputs = new LinkedHashMap<>(intervals);
        camInputs.put("latents", latents(latent, BATCH, conditioning));
        camInputs.put("timestep", time);
        camInputs.put("text", text);
        camInputs.put("embedding", embedding);
        require(CAM, camInputs, features);
        Map<String, TensorShape> unetInputs = new LinkedHashMap<>(features);
        unetInputs.putAll(intervals);
        unetInputs.put("latents", latents(latent, BATCH, frames));
        unetInputs.put("timestep", time);
        unetInputs.put("contexts", contexts);
        unetInputs.put("cam_scale", shape(1));
        require(UNET, unetInputs, Map.of("prediction", latents(latent, BATCH, frames)));
        require(VAE_DECODER,
                Map.of("latents", shape("N", latent.channels(), latent.height(), latent.width())),
                Map.of("frames", shape("N", 3, video.height(), video.width())));
        manifest.enhancer().ifPresent(enhancer -> check(enhancer, text));
    }

    private void check(PackManifest.Enhancer enhancer, TensorShape text) {
        PackManifest.Latent latent = enhancer.latent();
        TensorShape frame = shape("N", latent.channels(), latent.height(), latent.width());
        TensorShape picture = shape("N", 3, enhancer.height(), enhancer.width());
        TensorShape window = latents(latent, BATCH, enhancer.window().frames());
        Map<String, TensorShape> inputs = new LinkedHashMap<>();
        inputs.put("latents", window);
        inputs.put("timestep", shape(BATCH));
        inputs.put("text", text);
        if (manifest.graphs().get(ENHANCER_UNET).inputs().containsKey(SOURCE)) {
            inputs.put(SOURCE, window);
        }
        require(ENHANCER_UNET, inputs, Map.of("prediction", window));
        require(ENHANCER_VAE_ENCODER, Map.of("frames", picture), Map.of("latents", frame));
        require(ENHANCER_VAE_DECODER, Map.of("latents", frame), Map.of("frames", picture));
    }

    /** Fast mode needs them; a network may also have learnt them without having that mode yet. */
    private boolean knowsIntervals() {
        return manifest.diffusion().fast().isPresent()
                || manifest.graphs().get(CAM).inputs().containsKey(INTERVAL)
                || manifest.graphs().get(UNET).inputs().containsKey(INTERVAL);
    }

    private Map<String, TensorShape> features() {
        Map<String, TensorShape> features = new LinkedHashMap<>();
        manifest.graphs().get(CAM).outputs().forEach((name, shape) -> {
            if (name.startsWith(FEATURE)) {
                features.put(name, shape);
            }
        });
        if (features.isEmpty()) {
            throw new InvalidFieldException("graphs.cam.outputs", "{}", "feature_0, feature_1, …, feature_mid");
        }
        return features;
    }

    private static TensorShape latents(PackManifest.Latent latent, String batch, int frames) {
        return shape(batch, frames, latent.channels(), latent.height(), latent.width());
    }

    private static TensorShape shape(Object... sizes) {
        return new TensorShape(List.of(sizes));
    }

    private void require(String role, Map<String, TensorShape> inputs, Map<String, TensorShape> outputs) {
        PackManifest.Graph graph = manifest.graphs().get(role);
        compare("graphs." + role + ".inputs", inputs, graph.inputs());
        compare("graphs." + role + ".outputs", outputs, graph.outputs());
    }

    private static void compare(String field, Map<String, TensorShape> expected, Map<String, TensorShape> found) {
        if (!expected.keySet().equals(found.keySet())) {
            throw new InvalidFieldException(field, new TreeSet<>(found.keySet()),
                    "exactly " + new TreeSet<>(expected.keySet()));
        }
        expected.forEach((name, shape) -> {
            if (!shape.sameAs(found.get(name))) {
                throw new InvalidFieldException(field + "." + name, found.get(name),
                        shape + " (from the sizes named in video, chunk, latent, text, contexts and enhancer)");
            }
        });
    }
}
