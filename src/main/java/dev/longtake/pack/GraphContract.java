package dev.longtake.pack;

import dev.longtake.film.InvalidFieldException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The tensors that a pack's networks must have, given the sizes that its manifest names. */
final class GraphContract {

    static final String UNET = "unet";
    static final String CAM = "cam";
    static final String CAM_EMBEDDING = "cam_embedding";
    static final String APM = "apm";
    static final String VAE_DECODER = "vae_decoder";
    /** In packs that can begin with an image. */
    static final String VAE_ENCODER = "vae_encoder";
    static final String FIRST_UNET = "first_unet";
    static final String FIRST_VAE_DECODER = "first_vae_decoder";
    static final String ENHANCER_UNET = "enhancer_unet";
    /** The enhancer's input, in packs whose network sees what it refines without noise. */
    static final String SOURCE = "source";
    static final String ENHANCER_VAE_ENCODER = "enhancer_vae_encoder";
    /** The enhancer's encoder's outputs, in packs that refine a sample of what it says instead of its mean. */
    static final String MEAN = "mean";
    static final String DEVIATION = "deviation";
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
        checkRoles();
        PackManifest.Video video = manifest.video();
        PackManifest.Latent latent = manifest.latent();
        int frames = manifest.chunk().frames();
        int conditioning = manifest.chunk().conditioningFrames();
        TensorShape text = words(manifest.text());
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
        TensorShape frame = shape("N", latent.channels(), latent.height(), latent.width());
        TensorShape picture = shape("N", 3, video.height(), video.width());
        require(VAE_DECODER, Map.of("latents", frame), Map.of("frames", picture));
        if (manifest.startsFromImages()) {
            require(VAE_ENCODER, Map.of("frames", picture), Map.of("latents", frame));
        }
        texts().forEach(this::check);
        manifest.firstChunk().ifPresent(first -> check(first, latents(latent, BATCH, frames)));
        manifest.enhancer().ifPresent(this::check);
    }

    private void checkRoles() {
        TreeSet<String> roles = new TreeSet<>(List.of(UNET, CAM, CAM_EMBEDDING, APM, VAE_DECODER));
        if (manifest.firstChunk().isPresent()) {
            roles.addAll(List.of(FIRST_UNET, FIRST_VAE_DECODER));
        }
        if (manifest.enhancer().isPresent()) {
            roles.addAll(List.of(ENHANCER_UNET, ENHANCER_VAE_ENCODER, ENHANCER_VAE_DECODER));
        }
        texts().forEach(text -> roles.add(text.graph()));
        TreeSet<String> found = new TreeSet<>(manifest.graphs().keySet());
        found.remove(VAE_ENCODER);
        if (!roles.equals(found)) {
            throw new InvalidFieldException("graphs", found, "exactly " + roles + ", perhaps with " + VAE_ENCODER);
        }
    }

    /** The text encoders that lie in the pack. */
    private List<TextConditioning.Clip> texts() {
        return Stream.of(
                        Optional.of(manifest.text()),
                        manifest.firstChunk().map(PackManifest.FirstChunk::text),
                        manifest.enhancer().flatMap(PackManifest.Enhancer::text))
                .flatMap(Optional::stream)
                .filter(TextConditioning.Clip.class::isInstance)
                .map(TextConditioning.Clip.class::cast)
                .toList();
    }

    private void check(TextConditioning.Clip text) {
        require(text.graph(), Map.of(Graph.IDS, shape(BATCH, text.tokens())), Map.of("text", words(text)));
    }

    private static TensorShape words(TextConditioning text) {
        return shape(BATCH, text.tokens(), text.width());
    }

    private void check(PackManifest.FirstChunk first, TensorShape latents) {
        require(FIRST_UNET,
                Map.of("latents", latents, "timestep", shape(BATCH), "text", words(first.text())),
                Map.of("prediction", latents));
        PackManifest.Graph decoder = manifest.graphs().get(VAE_DECODER);
        require(FIRST_VAE_DECODER, decoder.inputs(), decoder.outputs());
    }

    private void check(PackManifest.Enhancer enhancer) {
        PackManifest.Latent latent = enhancer.latent();
        TensorShape frame = shape("N", latent.channels(), latent.height(), latent.width());
        TensorShape picture = shape("N", 3, enhancer.seen().height(), enhancer.seen().width());
        TensorShape window = latents(latent, BATCH, enhancer.window().frames());
        Map<String, TensorShape> inputs = new LinkedHashMap<>();
        inputs.put("latents", window);
        inputs.put("timestep", shape(BATCH));
        inputs.put("text", words(enhancer.text().orElse(manifest.text())));
        if (manifest.graphs().get(ENHANCER_UNET).inputs().containsKey(SOURCE)) {
            inputs.put(SOURCE, window);
        }
        require(ENHANCER_UNET, inputs, Map.of("prediction", window));
        boolean sampled = manifest.graphs().get(ENHANCER_VAE_ENCODER).outputs().containsKey(DEVIATION);
        require(ENHANCER_VAE_ENCODER, Map.of("frames", picture),
                sampled ? Map.of(MEAN, frame, DEVIATION, frame) : Map.of("latents", frame));
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
                        shape + " (from the sizes named in video, chunk, latent, text, contexts, firstChunk and enhancer)");
            }
        });
    }
}
