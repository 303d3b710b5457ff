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

    private final Recipe recipe;
    private final int chunks;
    private final ProgressBar bar;
    private final long started = System.nanoTime();
    private int framesDone;

    FilmProgress(Recipe recipe, ChunkPlan plan) {
        this.recipe = recipe;
        chunks = plan.chunksFor(recipe.frames());
        bar = System.console() == null ? null : new ProgressBarBuilder()
                .setTaskName("film")
                .setInitialMax((long) chunks * recipe.steps())
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

    void onChunk(GeneratedChunk chunk) {
        framesDone += chunk.frames().count();
        double seconds = (System.nanoTime() - started) / 1e9;
        say(chunk.snapshot().chunk() + 1, String.format(Locale.ROOT, " %.1f frames/s", framesDone / seconds));
        if (bar == null) {
            double left = seconds / framesDone * (recipe.frames() - framesDone);
            System.err.printf(Locale.ROOT, "chunk %d of %d, %d of %d frames, %.1f frames/s, %.0f s left%n",
                    chunk.snapshot().chunk() + 1, chunks, framesDone, recipe.frames(), framesDone / seconds, left);
        }
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
