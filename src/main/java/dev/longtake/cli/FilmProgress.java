package dev.longtake.cli;

import dev.longtake.director.GeneratedChunk;
import dev.longtake.film.ChunkPlan;
import dev.longtake.film.Recipe;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Shows on the standard error stream how far a film is: a bar with chunk, frames per second and time left on a
 * terminal, one line for every chunk elsewhere.
 */
final class FilmProgress implements AutoCloseable {

    private final int frames;
    private final int chunks;
    private final ProgressBar bar;
    private final long started = System.nanoTime();
    private int framesDone;
    private int refined;
    private double end = Double.NaN;

    FilmProgress(Recipe recipe, ChunkPlan plan) {
        // A picture to begin with takes a window more.
        this(recipe.frames(), plan.chunksFor(recipe.frames()), recipe.steps(), recipe.fromImage() ? 1 : 0);
    }

    /** @param steps of each chunk */
    FilmProgress(int frames, int chunks, int steps) {
        this(frames, chunks, steps, 0);
    }

    private FilmProgress(int frames, int chunks, int steps, int windowsBefore) {
        this.frames = frames;
        this.chunks = chunks;
        bar = System.console() == null ? null : new ProgressBarBuilder()
                .setTaskName("film")
                .setInitialMax((long) (chunks + windowsBefore) * steps)
                .setStyle(ProgressBarStyle.UNICODE_BLOCK)
                .setUpdateIntervalMillis(200)
                .setConsumer(new ConsoleProgressBarConsumer(System.err))
                .build();
        say(0, "");
    }

    void onStep() {
        if (bar != null) {
            bar.step();
        }
    }

    /** Somebody who knows better says how long it still takes. */
    void expect(double secondsLeft) {
        end = seconds() + secondsLeft;
    }

    void onChunk(GeneratedChunk chunk) {
        reached(chunk.snapshot().chunk() + 1, framesDone + chunk.frames().count());
    }

    /** The film has so many chunks and frames by now; no effect if that was known. */
    void reached(int chunksDone, int framesDone) {
        if (framesDone <= this.framesDone) {
            return;
        }
        this.framesDone = framesDone;
        double seconds = seconds();
        say(chunksDone, String.format(Locale.ROOT, " %.1f frames/s", framesDone / seconds));
        if (bar == null) {
            double left = Double.isNaN(end)
                    ? seconds / framesDone * (frames - framesDone)
                    : Math.max(0, end - seconds);
            System.err.printf(Locale.ROOT, "chunk %d of %d, %d of %d frames, %.1f frames/s, %.0f s left%n",
                    chunksDone, chunks, framesDone, frames, framesDone / seconds, left);
        }
    }

    /** So many frames are refined by now; no effect if that was known. */
    void refinedTo(int framesRefined) {
        if (framesRefined > refined) {
            onRefined(framesRefined - refined);
        }
    }

    /** So many frames more are refined. */
    void onRefined(int count) {
        refined += count;
        double seconds = seconds();
        if (bar == null) {
            System.err.printf(Locale.ROOT, "refined %d of %d frames, %.1f frames/s, %.0f s left%n",
                    refined, frames, refined / seconds, seconds / refined * (frames - refined));
        } else {
            say(chunks, String.format(Locale.ROOT, " refined %d of %d frames", refined, frames));
        }
    }

    private double seconds() {
        return (System.nanoTime() - started) / 1e9;
    }

    private void say(int done, String speed) {
        if (bar != null) {
            bar.setExtraMessage(" chunk " + Math.min(done + 1, chunks) + " of " + chunks + speed);
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
