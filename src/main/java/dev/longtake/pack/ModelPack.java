package dev.longtake.pack;

import dev.longtake.film.InvalidFieldException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * An opened model pack. Its networks are used by one thread at a time, and closed when none of them is running;
 * the manifest and the tokenizer may be used by any thread.
 */
public final class ModelPack implements AutoCloseable {

    private final PackManifest manifest;
    private final PackFiles files;
    private final NetworkRuntime runtime;
    private final NetworkRuntime processor;
    private final OpenParts opened = new OpenParts();
    private final PromptTokenizer tokenizer;
    private final TextEncoder textEncoder;
    private final Apm apm;
    private final CamEmbedding camEmbedding;
    private final Lanes lanes;
    private final Denoiser denoiser;
    private final VaeDecoder vaeDecoder;
    private final Optional<FirstNetworks> first;
    private EnhancerNetworks enhancer;
    private VaeEncoder vaeEncoder;

    private ModelPack(Path folder, PackManifest manifest, Device device) {
        this.manifest = manifest;
        files = new PackFiles(folder);
        runtime = new NetworkRuntime(device);
        processor = runtime.onProcessor();
        // Freed last, with whatever was loaded before something else couldn't be.
        opened.keep(runtime.memory());
        opened.keep(processor.memory());
        try {
            requireMemory();
            // The pack's own files first: an unusable device or a broken file should show at once.
            vaeDecoder = opened.keep(decoder(GraphContract.VAE_DECODER));
            camEmbedding = opened.keep(new CamEmbedding(graph(GraphContract.CAM_EMBEDDING).prepare()));
            apm = opened.keep(new Apm(graph(GraphContract.APM).prepare()));
            lanes = opened.keep(new Lanes(runtime));
            denoiser = opened.keep(new Denoiser(runtime, lanes, this::graph));
            denoiser.prepare(usualBatch());
            tokenizer = opened.keep(PromptTokenizer.open(folder, manifest.text()));
            textEncoder = opened.keep(textEncoder(manifest.text()));
            first = manifest.firstChunk().map(stage -> opened.keep(new FirstNetworks(
                    textEncoder(stage.text()),
                    unet(GraphContract.FIRST_UNET, stage.diffusion().guidanceScale()),
                    decoder(GraphContract.FIRST_VAE_DECODER))));
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** The networks of one step are used in turn: they must have room side by side. */
    private void requireMemory() {
        long step = Stream.of(GraphContract.UNET, GraphContract.CAM).mapToLong(role -> graph(role).bytes()).sum();
        runtime.memory().require("unet and cam", step);
    }

    private Graph graph(String role) {
        return graph(role, 1);
    }

    private Graph graph(String role, int sharing) {
        return new Graph(files, role, manifest.graphs().get(role), runtime, sharing);
    }

    private PlainUnet unet(String role, double guidanceScale) {
        return new PlainUnet(runtime, lanes, this::graph, role).prepare(guidanceScale == 1 ? 1 : 2);
    }

    private VaeDecoder decoder(String role) {
        return new VaeDecoder(graph(role).prepare(), manifest.latent().size(),
                3 * manifest.video().width() * manifest.video().height());
    }

    private TextEncoder textEncoder(TextConditioning text) {
        return text instanceof TextConditioning.Clip clip
                ? new ClipEncoder(
                        new Graph(files, clip.graph(), manifest.graphs().get(clip.graph()), processor, 1).prepare(),
                        clip, tokenizer)
                : new MiniLmEncoder(processor, text, tokenizer);
    }

    /**
     * Opens the pack in {@code folder} and loads its networks onto {@code device}. Takes a second or so.
     *
     * @throws PackException if the pack is incomplete or broken, or the device can't be used
     */
    public static ModelPack open(Path folder, Device device) {
        PackManifest manifest = PackManifest.read(folder);
        try {
            GraphContract.check(manifest);
        } catch (InvalidFieldException e) {
            throw PackException.at(folder.resolve(PackFinder.MANIFEST), e.getMessage(), e);
        }
        return new ModelPack(folder, manifest, device);
    }

    /** What most films will ask the denoiser for. */
    private int usualBatch() {
        Diffusion diffusion = manifest.diffusion();
        return diffusion.fast().isPresent() || diffusion.guidanceScale() == 1 ? 1 : 2;
    }

    public PackManifest manifest() {
        return manifest;
    }

    /** Cuts prompts into tokens; may be used by any thread, also while a network is busy. */
    public PromptTokenizer tokenizer() {
        return tokenizer;
    }

    public TextEncoder textEncoder() {
        return textEncoder;
    }

    public Apm apm() {
        return apm;
    }

    public CamEmbedding camEmbedding() {
        return camEmbedding;
    }

    public Denoiser denoiser() {
        return denoiser;
    }

    public VaeDecoder vaeDecoder() {
        return vaeDecoder;
    }

    /** What makes first chunks from text alone; empty where the other networks do it. */
    public Optional<FirstNetworks> first() {
        return first;
    }

    /**
     * What turns pictures into latents; loaded when it is first asked for, since few films begin with a picture.
     *
     * @throws PackException if the pack has none, or it is no longer the one that the pack was opened with
     */
    public VaeEncoder vaeEncoder() {
        if (vaeEncoder == null) {
            if (!manifest.startsFromImages()) {
                throw new PackException(manifest.name() + " has no " + GraphContract.VAE_ENCODER);
            }
            vaeEncoder = opened.keep(new VaeEncoder(graph(GraphContract.VAE_ENCODER).prepare()));
        }
        return vaeEncoder;
    }

    /**
     * What refines films; loaded when it is first asked for, since not every film is refined, and not by every worker.
     *
     * @throws PackException if the pack has none, or it is no longer the one that the pack was opened with
     */
    public EnhancerNetworks enhancer() {
        if (enhancer == null) {
            PackManifest.Enhancer stage =
                    manifest.enhancer().orElseThrow(() -> new PackException(manifest.name() + " has no enhancer"));
            enhancer = opened.keep(new EnhancerNetworks(
                    stage.text().map(this::enhancerText).orElse(textEncoder),
                    graph(GraphContract.ENHANCER_VAE_ENCODER).prepare(),
                    unet(GraphContract.ENHANCER_UNET, stage.diffusion().guidanceScale()),
                    new VaeDecoder(graph(GraphContract.ENHANCER_VAE_DECODER).prepare(), stage.latent().size(),
                            3 * stage.seen().width() * stage.seen().height())));
        }
        return enhancer;
    }

    private TextEncoder enhancerText(TextConditioning text) {
        return opened.keep(textEncoder(text));
    }

    /** Seconds spent inside ONNX Runtime since the pack was opened. */
    public double networkSeconds() {
        return runtime.clock().seconds();
    }

    /** Frees the networks; a second call does nothing. */
    @Override
    public void close() {
        opened.close();
    }
}
