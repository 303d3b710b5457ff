package dev.longtake.studio;

import dev.longtake.director.ChunkStats;
import dev.longtake.director.GeneratedChunk;
import dev.longtake.film.CancelToken;
import dev.longtake.film.CancelledException;
import dev.longtake.film.ChunkPlan;
import dev.longtake.film.EnhancementPlan;
import dev.longtake.film.FrameRange;
import dev.longtake.film.Recipe;
import dev.longtake.film.Snapshot;
import dev.longtake.film.StepListener;
import dev.longtake.film.VideoFrames;
import dev.longtake.worker.ChunkMaker;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Paints films instead of dreaming them up: dark as they are made, bright and larger where they are refined, with a bar
 * that moves. A chunk is made and a stretch refined only when it is allowed.
 */
public final class PaintedFilms implements ChunkMaker {

    static final ChunkPlan PLAN = new ChunkPlan(16, 8);
    static final int SIZE = 64;
    static final int REFINED_SIZE = 256;
    public static final int DARK = 70;
    public static final int BRIGHT = 190;
    private static final int BAR = 30;
    /** How often it is looked whether nobody waits any more. */
    private static final int LOOK_MILLIS = 50;

    /** How many chunks may be made. */
    public final Semaphore making = new Semaphore(0);
    /** How many times something may be refined. */
    public final Semaphore refining = new Semaphore(0);
    /** Why refining fails; null if it does not. */
    public final AtomicReference<String> trouble = new AtomicReference<>();

    @Override
    public GeneratedChunk generate(
            Recipe recipe, int chunk, Optional<Snapshot> previous, StepListener listener, CancelToken token)
            throws CancelledException {
        allow(making, token);
        Snapshot snapshot = new Snapshot(chunk, new float[PLAN.frames()], new float[1]);
        return new GeneratedChunk(snapshot, render(recipe, snapshot), new ChunkStats(0.1, 0.1));
    }

    @Override
    public Snapshot still(byte[] png) {
        return new Snapshot(Snapshot.STILL, new float[PLAN.frames()], new float[1]);
    }

    @Override
    public VideoFrames render(Recipe recipe, Snapshot snapshot) {
        int first = PLAN.firstFrame(snapshot.chunk());
        return paint(new FrameRange(first, first + PLAN.newFrames(snapshot.chunk())), SIZE, DARK);
    }

    @Override
    public VideoFrames enhance(Recipe recipe, EnhancementPlan plan, FrameRange range, List<float[]> latents,
            boolean ended, StepListener listener, CancelToken token) throws CancelledException {
        listener.onStep(1, plan.steps(), () -> paint(new FrameRange(0, 1), REFINED_SIZE, BRIGHT));
        allow(refining, token);
        if (trouble.get() != null) {
            throw new IllegalStateException(trouble.get());
        }
        return paint(range, REFINED_SIZE, BRIGHT);
    }

    @Override
    public void close() { }

    private static void allow(Semaphore permits, CancelToken token) throws CancelledException {
        try {
            while (!permits.tryAcquire(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                token.check();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static VideoFrames paint(FrameRange range, int size, int grey) {
        byte[] rgb = new byte[range.count() * size * size * 3];
        for (int i = 0; i < range.count(); i++) {
            int bar = (range.from() + i) % 16 * size / 16;
            for (int at = 0; at < size * size; at++) {
                int x = at % size;
                byte value = (byte) (grey + (x >= bar && x < bar + size / 16 ? BAR : 0));
                for (int c = 0; c < 3; c++) {
                    rgb[(i * size * size + at) * 3 + c] = value;
                }
            }
        }
        return new VideoFrames(range.count(), size, size, rgb);
    }
}
