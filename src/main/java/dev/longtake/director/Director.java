package dev.longtake.director;

import dev.longtake.diffusion.Guidance;
import dev.longtake.diffusion.Noise;
import dev.longtake.diffusion.NoiseSource;
import dev.longtake.diffusion.Sampler;
import dev.longtake.film.CancelToken;
import dev.longtake.film.CancelledException;
import dev.longtake.film.ChunkPlan;
import dev.longtake.film.FrameRange;
import dev.longtake.film.Mode;
import dev.longtake.film.Recipe;
import dev.longtake.film.Snapshot;
import dev.longtake.film.StartImage;
import dev.longtake.film.StepListener;
import dev.longtake.film.VideoFrames;
import dev.longtake.pack.Denoiser;
import dev.longtake.pack.Departure;
import dev.longtake.pack.Diffusion;
import dev.longtake.pack.FirstNetworks;
import dev.longtake.pack.ModelPack;
import dev.longtake.pack.PackManifest;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.function.Supplier;

/**
 * Makes films chunk by chunk. A chunk is a function of the pack, the recipe, the chunk's index and the snapshot
 * before it: nothing is remembered between calls but caches, so any director with the same pack on the same kind of
 * device makes the same bits.
 *
 * <p>Used by one thread at a time; only {@link #plan}, {@link #manifest} and {@link #check} may be called from any
 * thread at any time.
 */
public final class Director implements AutoCloseable {

    private final ModelPack pack;
    private final PackManifest manifest;
    private final RecipeCheck recipeCheck;
    private final Prompter prompter;
    private final Projectors projectors;
    private final Dissolve dissolve;
    private final LongFunction<Noise> noiseBySeed;
    private final Conditioning conditioning;
    private final Map<Refining, Enhancer> enhancers = new HashMap<>();
    // Used again for every chunk; by batch - 1.
    private final float[][] predictions;
    private final float[] prediction;

    /** @param pack belongs to this director from now on, which closes it */
    public Director(ModelPack pack) {
        this(pack, Conditioning.WHOLE);
    }

    /**
     * A director for ablations.
     *
     * @param pack         belongs to this director from now on, which closes it
     * @param conditioning what later chunks are told of the film so far
     */
    public Director(ModelPack pack, Conditioning conditioning) {
        this(pack, conditioning, NoiseSource::new);
    }

    /** @param noise by a film's seed */
    Director(ModelPack pack, Conditioning conditioning, LongFunction<Noise> noise) {
        this.pack = pack;
        this.conditioning = conditioning;
        noiseBySeed = noise;
        manifest = pack.manifest();
        recipeCheck = new RecipeCheck(manifest, pack.tokenizer());
        prompter = new Prompter(pack);
        projectors = Projectors.of(pack);
        dissolve = new Dissolve(manifest.chunk(), manifest.latent().size());
        prediction = new float[manifest.chunk().frames() * manifest.latent().size()];
        predictions = new float[][] {new float[prediction.length], new float[2 * prediction.length]};
    }

    /**
     * Makes one chunk. Blocks for seconds.
     *
     * @param chunk    index of the chunk; 0 starts the film
     * @param previous snapshot of chunk {@code chunk - 1}; for chunk 0 empty, or {@link #still} of the picture that the
     *                 recipe says
     * @param listener hears of every denoising step
     * @throws CancelledException       if {@code token} was cancelled before the chunk was done
     * @throws IllegalArgumentException if {@code previous} is not the snapshot before {@code chunk}, or the picture is
     *                                  missing or not asked for
     */
    public GeneratedChunk generate(
            Recipe recipe, int chunk, Optional<Snapshot> previous, StepListener listener, CancelToken token)
            throws CancelledException {
        requireFitting(recipe, chunk, previous);
        long started = System.nanoTime();
        double networkBefore = pack.networkSeconds();
        float[] latents = chunk == 0 && previous.isPresent()
                ? opening(recipe, previous.get(), listener, token)
                : denoise(recipe, chunk, previous, listener, token);
        float[] anchor = previous.map(Snapshot::anchor)
                .orElseGet(() -> Arrays.copyOf(latents, manifest.latent().size()));
        Snapshot snapshot = new Snapshot(chunk, latents, anchor);
        token.check();
        VideoFrames frames = projectors.of(recipe, chunk).newFrames(snapshot);
        double seconds = (System.nanoTime() - started) / 1e9;
        return new GeneratedChunk(
                snapshot, frames, new ChunkStats(seconds, pack.networkSeconds() - networkBefore));
    }

    /** {@linkplain #film(Recipe, Optional, StepListener, ChunkListener, CancelToken) Makes} a film from text alone. */
    public void film(Recipe recipe, StepListener steps, ChunkListener chunks, CancelToken token)
            throws CancelledException, IOException {
        film(recipe, Optional.empty(), steps, chunks, token);
    }

    /**
     * Makes a whole film. Only the last chunk is held, however long the film is.
     *
     * @param image  the picture that the recipe says, if any
     * @param steps  hears of every denoising step
     * @param chunks gets the chunks in order, with no more frames than the film shows
     * @throws CancelledException if {@code token} was cancelled before the film was done
     * @throws IOException        if {@code chunks} throws it
     */
    public void film(
            Recipe recipe, Optional<StartImage> image, StepListener steps, ChunkListener chunks, CancelToken token)
            throws CancelledException, IOException {
        Optional<Snapshot> previous = image.map(this::still);
        for (int chunk = 0; chunk < plan().chunksFor(recipe.frames()); chunk++) {
            GeneratedChunk made = generate(recipe, chunk, previous, steps, token);
            VideoFrames shown = made.frames().slice(0, plan().shownFrames(chunk, recipe.frames()));
            chunks.onChunk(new GeneratedChunk(made.snapshot(), shown, made.stats()));
            previous = Optional.of(made.snapshot());
        }
    }

    /**
     * What a film that begins with a picture goes on from: the picture, standing still.
     *
     * @throws dev.longtake.pack.PackException if the pack can't begin with pictures
     */
    public Snapshot still(StartImage image) {
        float[] latent = pack.vaeEncoder().encode(projectors.main().pixels(image.pixels()));
        float[] latents = new float[plan().frames() * latent.length];
        for (int at = 0; at < latents.length; at += latent.length) {
            System.arraycopy(latent, 0, latents, at, latent.length);
        }
        return new Snapshot(Snapshot.STILL, latents, latent);
    }

    /**
     * The first chunk of a film that begins with a picture. A window that went on from the standing picture would stand
     * still in its first half; so there are two. The first goes on from the still and is not shown. The second goes on
     * from the first where it begins to move: its first frame is the picture, and the next one moves.
     */
    private float[] opening(Recipe recipe, Snapshot still, StepListener listener, CancelToken token)
            throws CancelledException {
        int frame = manifest.latent().size();
        float[] latents = denoise(recipe, Snapshot.STILL, Optional.of(still),
                (step, steps, preview) -> listener.onStep(step, 2 * steps, preview), token);
        int standing = Math.min(plan().conditioningFrames() - 1, plan().step());
        System.arraycopy(latents, standing * frame, latents, plan().step() * frame,
                plan().conditioningFrames() * frame);
        System.arraycopy(still.anchor(), 0, latents, plan().step() * frame, frame);
        float[] first = denoise(recipe, 0, Optional.of(new Snapshot(Snapshot.STILL, latents, still.anchor())),
                (step, steps, preview) -> listener.onStep(steps + step, 2 * steps, preview), token);
        System.arraycopy(still.anchor(), 0, first, 0, frame);
        return first;
    }

    private float[] denoise(
            Recipe recipe, int chunk, Optional<Snapshot> previous, StepListener listener, CancelToken token)
            throws CancelledException {
        boolean dissolves = manifest.dissolves() && changes(recipe, chunk);
        Optional<Snapshot> remembered = previous.filter(snapshot -> conditioning.cam());
        // What the last frames show would hold up what a new prompt asks for; the dissolve joins the two instead.
        Optional<Snapshot> goingOn = remembered.filter(snapshot -> !dissolves);
        Denoising denoising = projectors.fromFirst(recipe, chunk)
                ? beginning(recipe)
                : continuation(recipe, chunk, previous.filter(snapshot -> conditioning.apm()), goingOn);
        Sampler sampler = denoising.sampler();
        float[] predicted = predictions[denoising.guidance().active() ? 1 : 0];
        Noise noise = noiseBySeed.apply(recipe.seedAt(chunk, plan()));

        Projector projector = projectors.of(recipe, chunk);
        int frame = manifest.latent().size();
        int previewed = (projector.firstNew(chunk) + plan().newFrames(chunk) / 2) * frame;
        float[] x = new float[plan().frames() * frame];
        noise.fill(x, chunk, 0, Noise.Purpose.INITIAL);
        float[] overlap = goingOn.map(this::handover).orElse(new float[0]);
        float[] overlapNoise = Arrays.copyOf(x, overlap.length);
        // What a picture began must not be worn off by what the network would rather see.
        int heldSteps = chunk > 0 ? manifest.heldSteps(sampler.steps()) : goingOn.isPresent() ? sampler.steps() : 0;
        for (int i = 0; i < sampler.steps(); i++) {
            int step = i;
            if (step < heldSteps) {
                sampler.hold(step, overlap, overlapNoise, x);
            }
            denoising.network().predict(x, sampler.timestep(step), sampler.interval(step), predicted, token);
            denoising.guidance().combine(predicted, prediction);
            float[] clean = sampler.clean(step, x, prediction, previewed, previewed + frame);
            Supplier<float[]> drawn = () -> {
                float[] draws = new float[x.length];
                noise.fill(draws, chunk, step, Noise.Purpose.STEP);
                return draws;
            };
            sampler.step(step, x, prediction, drawn);
            listener.onStep(step + 1, sampler.steps(), () -> projector.picture(clean));
        }
        if (dissolves) {
            remembered.ifPresent(snapshot -> dissolve.apply(handover(snapshot), x));
        }
        return x;
    }

    /** A first chunk by networks of its own, from text alone. */
    private Denoising beginning(Recipe recipe) {
        Diffusion diffusion = manifest.firstChunk().orElseThrow().diffusion();
        FirstNetworks networks = pack.first().orElseThrow();
        Departure departure = manifest.departure(recipe);
        Sampler sampler = diffusion.sampler(Mode.CAREFUL, departure.steps(diffusion.steps(), diffusion.mostSteps()));
        Guidance guidance = new Guidance(departure.guidance(diffusion.guidanceScale()));
        float[] texts = prompter.text(networks.textEncoder(), recipe.timeline().at(0, plan()), recipe.negativePrompt(),
                guidance.active());
        return new Denoising(sampler, guidance,
                (x, timestep, interval, result, token) -> networks.predict(
                        guidance.active() ? 2 : 1, x, timestep, texts, result, token));
    }

    /** Any other chunk. */
    private Denoising continuation(
            Recipe recipe, int chunk, Optional<Snapshot> anchored, Optional<Snapshot> goingOn) {
        Sampler sampler = manifest.diffusion().sampler(recipe.mode(), recipe.steps());
        Guidance guidance = recipe.mode() == Mode.FAST ? Guidance.OFF : new Guidance(recipe.guidanceScale());
        Projector first = projectors.of(recipe, 0);
        Prompter.Prompt prompt = prompter.prompt(
                recipe.timeline().at(Math.max(0, chunk), plan()), recipe.negativePrompt(),
                guidance.active(), anchored.map(snapshot -> new Prompter.Anchor(snapshot.anchor(), first)));
        pack.denoiser().start(new Denoiser.Conditions(prompt.batch(), prompt.text(), prompt.contexts(),
                goingOn.map(snapshot -> pack.camEmbedding().embed(
                        projectors.of(recipe, snapshot.chunk()).handover(snapshot)))));
        return new Denoising(sampler, guidance, pack.denoiser()::predict);
    }

    /** Whether a chunk is asked for something else than the chunk before it. */
    private boolean changes(Recipe recipe, int chunk) {
        return chunk > 0 && !recipe.timeline().at(chunk, plan()).equals(recipe.timeline().at(chunk - 1, plan()));
    }

    /** The clean latents of a chunk's last frames, which are the first ones of the next. */
    private float[] handover(Snapshot snapshot) {
        float[] latents = snapshot.latents();
        return Arrays.copyOfRange(latents, plan().step() * manifest.latent().size(), latents.length);
    }

    private void requireFitting(Recipe recipe, int chunk, Optional<Snapshot> previous) {
        if (chunk == 0 && previous.isPresent() != recipe.fromImage()) {
            throw new IllegalArgumentException("The recipe asks for " + (recipe.fromImage() ? "a" : "no")
                    + " picture to begin with, but there is " + (previous.isPresent() ? "one" : "none"));
        }
        int before = previous.map(Snapshot::chunk).orElse(Snapshot.STILL);
        if (chunk < 0 || before != chunk - 1) {
            throw new IllegalArgumentException("Chunk " + chunk + " can't follow "
                    + (previous.isPresent() ? "the snapshot of chunk " + before : "no snapshot"));
        }
        previous.ifPresent(this::requireSize);
    }

    private void requireSize(Snapshot snapshot) {
        int frame = manifest.latent().size();
        if (snapshot.latents().length != plan().frames() * frame || snapshot.anchor().length != frame) {
            throw new IllegalArgumentException("The snapshot of chunk " + snapshot.chunk() + " was not made by pack "
                    + manifest.name() + ": " + snapshot.latents().length + " latents, anchor of "
                    + snapshot.anchor().length);
        }
    }

    /** Decodes a chunk's new frames once more: the same bits that {@link #generate} returned. */
    public VideoFrames render(Recipe recipe, Snapshot snapshot) {
        requireSize(snapshot);
        return projectors.of(recipe, snapshot.chunk()).newFrames(snapshot);
    }

    /**
     * Refines frames of a film: a function of the recipe, the way and the latents, as chunks are. Blocks for seconds.
     *
     * @param way      in which all of the film is refined
     * @param range    frames wanted, as the way's {@link dev.longtake.film.EnhancementPlan} says that they can be refined
     *                 next; the whole of a film that has ended, in any way of blending
     * @param latents  of the film's frames as they were made, each (c, h, w), from the first on to which the plan reaches
     *                 back, up to the one that it reaches forward to
     * @param ended    whether the film ends with the last of them
     * @param listener hears of every window and step
     * @throws CancelledException               if {@code token} was cancelled before they were done
     * @throws IllegalArgumentException         if they can't be refined with these latents
     * @throws dev.longtake.pack.PackException  if the pack can't refine
     */
    public VideoFrames enhance(
            Recipe recipe,
            Refining way,
            FrameRange range,
            List<float[]> latents,
            boolean ended,
            StepListener listener,
            CancelToken token) throws CancelledException {
        return enhancers
                .computeIfAbsent(way, unknown -> new Enhancer(pack, prompter, projectors, noiseBySeed, unknown))
                .refine(recipe, range, latents, ended, listener, token);
    }

    /**
     * Checks that this pack can make a recipe.
     *
     * @throws dev.longtake.film.InvalidFieldException if it is for another pack, or has too long a prompt or steps
     *                                                 or guidance that its mode can't do
     */
    public void check(Recipe recipe) {
        recipeCheck.check(recipe);
    }

    /** How films are cut into chunks. */
    public ChunkPlan plan() {
        return manifest.chunk();
    }

    public PackManifest manifest() {
        return manifest;
    }

    /** Closes the pack; by the thread that uses this director. A second call does nothing. */
    @Override
    public void close() {
        pack.close();
    }
}
