package dev.longtake.cli;

import dev.longtake.measure.EvaluationListener;
import dev.longtake.measure.Trial;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Shows on the standard error stream how far an evaluation is: a bar with suite, film, frames, speed and time left on
 * a terminal, one line for every film elsewhere.
 */
final class EvaluationProgress implements EvaluationListener, AutoCloseable {

    private final long started = System.nanoTime();
    private ProgressBar bar;
    private int films;
    private int film;
    private long frames;
    private long framesDone;

    @Override
    public void onStart(int allFilms, int done, long framesLeft) {
        films = allFilms;
        film = done;
        frames = framesLeft;
        if (done > 0) {
            System.err.printf("%d of %d films are finished already%n", done, allFilms);
        }
        if (System.console() != null && framesLeft > 0) {
            bar = new ProgressBarBuilder()
                    .setTaskName("evaluate")
                    .setInitialMax(framesLeft)
                    .setUnit(" frames", 1)
                    .showSpeed()
                    .setStyle(ProgressBarStyle.UNICODE_BLOCK)
                    .setUpdateIntervalMillis(200)
                    .setConsumer(new ConsoleProgressBarConsumer(System.err))
                    .build();
        }
    }

    @Override
    public void onFilm(Trial trial) {
        film++;
        if (bar != null) {
            bar.setExtraMessage(" " + trial.id() + ", film " + film + " of " + films);
            return;
        }
        double seconds = (System.nanoTime() - started) / 1e9;
        String pace = framesDone == 0 ? "" : String.format(Locale.ROOT, ", %.1f frames/s, %.0f s left",
                framesDone / seconds, seconds / framesDone * (frames - framesDone));
        System.err.printf("%s, film %d of %d, %d of %d frames%s%n", trial.id(), film, films, framesDone, frames, pace);
    }

    @Override
    public void onFrames(int more) {
        framesDone += more;
        if (bar != null) {
            bar.stepBy(more);
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
