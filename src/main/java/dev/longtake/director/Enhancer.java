package dev.longtake.director;

import dev.longtake.diffusion.BlendWindows;
import dev.longtake.diffusion.Guidance;
import dev.longtake.diffusion.Noise;
import dev.longtake.diffusion.RandomizedBlending;
import dev.longtake.diffusion.RefinementSolver;
import dev.longtake.film.CancelToken;
import dev.longtake.film.CancelledException;
import dev.longtake.film.ChunkPlan;
import dev.longtake.film.EnhancementPlan;
import dev.longtake.film.FrameRange;
import dev.longtake.film.PromptMix;
import dev.longtake.film.Recipe;
import dev.longtake.film.StepListener;
import dev.longtake.film.VideoFrames;
import dev.longtake.pack.EnhancerNetworks;
import dev.longtake.pack.Interpolation;
import dev.longtake.pack.ModelPack;
import dev.longtake.pack.PackManifest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongFunction;

/**
 * Refines films, larger than they were made (paper, section 4.3), as they grow. What becomes of a frame is a function of
 * the recipe and of the latents of the frames within the {@link EnhancementPlan}'s reach: the windows that are open are
 * kept for those who go on where they were, and worked out again for all others.
 *
 * <p>Used by one thread at a time.
 */
final class Enhancer {

    /** Films that are refined in turns, and go on where they were. */
    private static final int MOST_KEPT = 4;

    private final ModelPack pack;
    private final EnhancerNetworks networks;
    private final ChunkPlan chunks;
    private final PackManifest.Enhancer stage;
    private final EnhancementPlan plan;
    private final BlendWindows windows;
    private final Blending blending;
    private final RefinementSolver solver;
    private final Enlargement enlargement;
    private final Canvas canvas;
    private final Painter painter;
    private final Prompter prompter;
    private final Projectors projectors;
    private final LongFunction<Noise> noiseBySeed;
    private final List<RefinementCourse> kept = new ArrayList<>();
    // Films are long: what every window needs anew would soon be most of the garbage.
    private final float[] shown;
    private final float[][] predictions;
    private final float[] pixels;
    private final float[] whole;
    private Wish wish;
    /** Passes of the network for that. */
    private int passed;

    /** @throws dev.longtake.pack.PackException if the pack can't refine, or its networks can't be loaded */
    Enhancer(ModelPack pack, Prompter prompter, Projectors projectors, LongFunction<Noise> noise, Refining way) {
        this.pack = pack;
        this.prompter = prompter;
        this.projectors = projectors;
        noiseBySeed = noise;
        networks = pack.enhancer();
        PackManifest manifest = pack.manifest();
        chunks = manifest.chunk();
        stage = manifest.enhancer().orElseThrow();
        plan = way.plan();
        blending = way.blending();
        windows = new BlendWindows(plan.window(), plan.overlap());
        solver = stage.diffusion().solver(plan.steps());
        shown = new float[plan.window() * stage.latent().size()];
        predictions = new float[][] {new float[shown.length], new float[2 * shown.length]};
        enlargement = new Enlargement(manifest.video().width(), manifest.video().height(), stage.width(), stage.height(),
                stage.enlargement().orElse(Interpolation.BILINEAR));
        canvas = new Canvas(stage.video(), stage.seen());
        painter = new Painter(stage.width(), stage.height());
        pixels = new float[3 * painter.plane()];
        whole = new float[canvas.size()];
    }

    /** What is asked for, while it is being done. */
    private record Wish(
            Recipe recipe,
            Guidance guidance,
            int end,
            int passes,
            StepListener listener,
            CancelToken token,
            RefinementCourse course) { }

    /**
     * Refines frames of a film.
     *
     * @param range   frames wanted, as the plan says that they can be refined next
     * @param latents of the film's frames as they were made, each (c, h, w), from {@code plan.reachesBack(range.from())}
     *                on, as far as the plan reaches forward
     * @param ended   whether the film ends with the last of them
     * @param listener hears of every pass of the network
     * @throws IllegalArgumentException if they can't be refined with these latents
     * @throws CancelledException       if {@code token} was cancelled before it was done
     */
    VideoFrames refine(
            Recipe recipe,
            FrameRange range,
            List<float[]> latents,
            boolean ended,
            StepListener listener,
            CancelToken token) throws CancelledException {
        return painted(refined(recipe, range, latents, ended, listener, token));
    }

    /** The same in the enhancer's latents, each (c, h, w). */
    List<float[]> refined(
            Recipe recipe,
            FrameRange range,
            List<float[]> latents,
            boolean ended,
            StepListener listener,
            CancelToken token) throws CancelledException {
        int first = plan.reachesBack(range.from());
        int end = first + latents.size();
        RefinementCourse course = course(recipe, range.from(), first, latents);
        boolean settled = range.to() <= plan.settled(end);
        if (!settled && !(ended && range.to() == end)) {
            throw new IllegalArgumentException("Frames " + range.from() + " to " + range.to()
                    + " can't be refined with those up to " + end + (ended ? ", the last" : ""));
        }
        Guidance guidance = stage.diffusion().guidance(pack.manifest().departure(recipe));
        int passes = passes(first, end, !settled) - passes(first, course.end(), false);
        wish = new Wish(recipe, guidance, end, passes, listener, token, course);
        passed = 0;
        try {
            for (int frame = course.end(); frame < end; frame++) {
                token.check();
                course.feed(latents.get(frame - first), source(recipe, frame, latents.get(frame - first)));
            }
            if (!course.has(range)) {
                course.finish();
            } else if (settled) {
                keep(course, range.to());
            }
            return course.take(range);
        } finally {
            wish = null;
        }
    }

    /** The course of a film; it is nobody's until it is kept again, for it may break off halfway. */
    private RefinementCourse course(Recipe recipe, int wanted, int first, List<float[]> latents) {
        int end = first + latents.size();
        for (RefinementCourse known : kept) {
            if (known.leadsTo(asked(recipe), wanted, first, latents, window -> prompt(recipe, window, end),
                    windows.stride())) {
                kept.remove(known);
                return known;
            }
        }
        Noise noise = noiseBySeed.apply(recipe.seed());
        return new RefinementCourse(asked(recipe), first, sink -> new RandomizedBlending(windows,
                first / windows.stride(), blending.order(), blending.sharing(), solver, noise, this::clean, sink));
    }

    private RefinementCourse.Asked asked(Recipe recipe) {
        return new RefinementCourse.Asked(recipe.seed(), recipe.negativePrompt(), pack.manifest().departure(recipe));
    }

    private void keep(RefinementCourse course, int next) {
        course.forgetBefore(plan.reachesBack(next), windows.stride());
        kept.add(0, course);
        if (kept.size() > MOST_KEPT) {
            kept.remove(MOST_KEPT);
        }
    }

    /** What the network says a window's clean latents are. */
    private float[] clean(int window, int step, float[] x, float[] source) throws CancelledException {
        PromptMix mix = prompt(wish.recipe(), window, wish.end());
        wish.course().asked(window, mix);
        Guidance guidance = wish.guidance();
        float[] texts = prompter.text(
                networks.textEncoder(), mix, wish.recipe().negativePrompt(), guidance.active());
        solver.show(step, x, shown);
        float[] predicted = predictions[guidance.active() ? 1 : 0];
        networks.predict(guidance.active() ? 2 : 1, shown, solver.timestep(step), texts, source, predicted,
                wish.token());
        float[] clean = new float[x.length];
        guidance.combine(predicted, clean);
        solver.clean(step, shown, clean);
        passed++;
        wish.listener().onStep(passed, wish.passes(), () -> painted(List.of(middle(clean))));
        return clean;
    }

    /** What a window shows: what the chunk was asked for that made its middle. */
    private PromptMix prompt(Recipe recipe, int window, int end) {
        long middle = Math.min(windows.first(window) + windows.frames() / 2, end - 1);
        return recipe.timeline().at(chunks.chunksFor(Math.toIntExact(middle + 1)) - 1, chunks);
    }

    /** A frame of the film in the enhancer's latents. Each on its own, so that no frame's bits depend on another. */
    private float[] source(Recipe recipe, int frame, float[] latents) {
        enlargement.apply(projectors.of(recipe, chunks.chunksFor(frame + 1) - 1).pixels(latents), pixels);
        canvas.frame(pixels, whole);
        return networks.encode(whole, () -> {
            float[] draws = new float[stage.latent().size()];
            noiseBySeed.apply(recipe.seed()).fill(draws, frame, 0, Noise.Purpose.REFINEMENT_SOURCE);
            return draws;
        });
    }

    private float[] middle(float[] window) {
        int size = stage.latent().size();
        int from = windows.frames() / 2 * size;
        return Arrays.copyOfRange(window, from, from + size);
    }

    private VideoFrames painted(List<float[]> refined) {
        byte[] rgb = new byte[refined.size() * 3 * painter.plane()];
        for (int i = 0; i < refined.size(); i++) {
            networks.decoder().decode(refined.get(i), 0, 1, whole);
            canvas.crop(whole, pixels);
            painter.paint(pixels, 0, rgb, i, 1);
        }
        return painter.frames(rgb);
    }

    /** Passes of the network that it takes from frame {@code first} to {@code end}. */
    private int passes(int first, int end, boolean finished) {
        int[] count = {0};
        RandomizedBlending rehearsal = new RandomizedBlending(windows, first / windows.stride(), blending.order(),
                blending.sharing(), solver, noiseBySeed.apply(0), (window, step, x, source) -> {
                    count[0]++;
                    return x.clone();
                }, (frame, latents) -> { });
        try {
            for (int frame = first; frame < end; frame++) {
                rehearsal.add(new float[1]);
            }
            if (finished) {
                rehearsal.end();
            }
        } catch (CancelledException e) {
            throw new IllegalStateException(e);
        }
        return count[0];
    }
}
