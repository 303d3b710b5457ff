package dev.longtake.pack;

import dev.longtake.film.InvalidFieldException;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * An opened model pack. Its networks are used by one thread at a time, and closed when none of them is running;
 * the manifest and the tokenizer may be used by any thread.
 */
public final class ModelPack implements AutoCloseable {

    private final PackManifest manifest;
    private final NetworkRuntime runtime;
    private final OpenParts opened = new OpenParts();
    private final TextEncoder textEncoder;
    private final Apm apm;
    private final CamEmbedding camEmbedding;
    private final Denoiser denoiser;
    private final VaeDecoder vaeDecoder;
    private final Supplier<EnhancerNetworks> loadEnhancer;
    private EnhancerNetworks enhancer;

    private ModelPack(Path folder, PackManifest manifest, Device device) {
        this.manifest = manifest;
        runtime = new NetworkRuntime(device);
        try {
            // The pack's own files first: an unusable device or a broken file should show at once.
            vaeDecoder = opened.keep(new VaeDecoder(load(folder, GraphContract.VAE_DECODER), manifest.latent().size(),
                    3 * manifest.video().width() * manifest.video().height()));
            camEmbedding = opened.keep(new CamEmbedding(load(folder, GraphContract.CAM_EMBEDDING)));
            apm = opened.keep(new Apm(load(folder, GraphContract.APM)));
            denoiser = opened.keep(new Denoiser(
                    runtime,
                    (role, lanes) -> Graph.load(runtime, folder, role, manifest.graphs().get(role), lanes)));
            denoiser.prepare(usualBatch());
            textEncoder = opened.keep(new TextEncoder(runtime, manifest.text()));
            // Not every film is refined, and not by every worker.
            loadEnhancer = () -> opened.keep(new EnhancerNetworks(
                    role -> Graph.load(runtime, folder, role, manifest.graphs().get(role)),
                    manifest.enhancer().orElseThrow(() -> PackException.at(folder, "has no enhancer"))));
        } catch (RuntimeException e) {
            close();
            throw e;
        }
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

    private Graph load(Path folder, String role) {
        return opened.keep(Graph.load(runtime, folder, role, manifest.graphs().get(role)));
    }

    /** What most films will ask the denoiser for. */
    private int usualBatch() {
        Diffusion diffusion = manifest.diffusion();
        return diffusion.fast().isPresent() || diffusion.guidanceScale() == 1 ? 1 : 2;
    }

    public PackManifest manifest() {
        return manifest;
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

    /**
     * What refines films; loaded when it is first asked for.
     *
     * @throws PackException if the pack has none, or it is no longer the one that the pack was opened with
     */
    public EnhancerNetworks enhancer() {
        if (enhancer == null) {
            enhancer = loadEnhancer.get();
        }
        return enhancer;
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
