package dev.longtake.worker;

import dev.longtake.director.ChunkStats;
import dev.longtake.director.GeneratedChunk;
import dev.longtake.film.CancelToken;
import dev.longtake.film.CancelledException;
import dev.longtake.film.ChunkPlan;
import dev.longtake.film.EnhancementPlan;
import dev.longtake.film.FrameRange;
import dev.longtake.film.PromptMix;
import dev.longtake.film.Recipe;
import dev.longtake.film.Snapshot;
import dev.longtake.film.StepListener;
import dev.longtake.film.VideoFrames;
import dev.longtake.media.VideoFormat;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/**
 * A director without a network: chunks are a function of recipe, index and the snapshot before, as a real one's are,
 * but made in no time. Every frame has one colour, which is one latent.
 */
class PaintedChunks implements ChunkMaker {

    static final ChunkPlan PLAN = new ChunkPlan(16, 8);
    static final VideoFormat FORMAT = new VideoFormat(32, 32, 8);
    static final int STEPS = 4;

    final CountDownLatch closed = new CountDownLatch(1);

    @Override
    public GeneratedChunk generate(
            Recipe recipe, int chunk, Optional<Snapshot> previous, StepListener listener, CancelToken token)
            throws CancelledException {
        PromptMix mix = recipe.timeline().at(chunk, PLAN);
        float[] latents = new float[PLAN.frames()];
        int made = 0;
        if (previous.isPresent()) {
            made = PLAN.conditioningFrames();
            System.arraycopy(previous.get().latents(), PLAN.frames() - made, latents, 0, made);
        }
        for (int i = made; i < PLAN.frames(); i++) {
            float before = i == 0 ? 0 : latents[i - 1];
            latents[i] = (before * 31 + recipe.seedAt(chunk, PLAN) + mix.to().hashCode() % 97 + chunk) % 251;
        }
        Snapshot snapshot = new Snapshot(chunk, latents, new float[] {latents[0]});
        for (int step = 1; step <= STEPS; step++) {
            token.check();
            listener.onStep(step, STEPS, () -> render(recipe, snapshot).slice(0, 1));
        }
        return new GeneratedChunk(snapshot, render(recipe, snapshot), new ChunkStats(0.01, 0.009));
    }

    @Override
    public Snapshot still(byte[] png) {
        float[] latents = new float[PLAN.frames()];
        Arrays.fill(latents, Math.floorMod(Arrays.hashCode(png), 251));
        return new Snapshot(Snapshot.STILL, latents, new float[] {latents[0]});
    }

    @Override
    public VideoFrames render(Recipe recipe, Snapshot snapshot) {
        int skipped = snapshot.chunk() == 0 ? 0 : PLAN.conditioningFrames();
        int count = PLAN.frames() - skipped;
        int size = FORMAT.width() * FORMAT.height() * 3;
        byte[] rgb = new byte[count * size];
        for (int i = 0; i < count; i++) {
            Arrays.fill(rgb, i * size, (i + 1) * size, (byte) (int) Math.abs(snapshot.latents()[skipped + i]));
        }
        return new VideoFrames(count, FORMAT.height(), FORMAT.width(), rgb);
    }

    @Override
    public VideoFrames enhance(Recipe recipe, EnhancementPlan plan, FrameRange range, List<float[]> latents,
            boolean ended, StepListener listener, CancelToken token) throws CancelledException {
        for (int step = 1; step <= plan.steps(); step++) {
            token.check();
            listener.onStep(step, plan.steps(), () -> render(recipe, new Snapshot(0, new float[PLAN.frames()], new float[1])));
        }
        return HashedRefinement.refine(recipe, PLAN, plan, range, latents, ended);
    }

    static void await(CountDownLatch latch) throws CancelledException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new CancelledException();
        }
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
