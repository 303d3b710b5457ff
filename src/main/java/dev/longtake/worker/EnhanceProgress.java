package dev.longtake.worker;

import dev.longtake.film.Film;
import dev.longtake.film.StepListener;
import dev.longtake.film.VideoFrames;
import dev.longtake.memory.EnhancementTask;
import dev.longtake.memory.FilmEvent;
import dev.longtake.memory.FilmEvents;
import dev.longtake.memory.Traffic;
import io.vertx.core.json.JsonObject;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells those who watch how the refinement gets on. Called on the worker's thread, which it never holds up: an event is
 * left out while Redis is still busy with the one before.
 */
final class EnhanceProgress implements StepListener {

    private static final Logger LOG = LoggerFactory.getLogger(EnhanceProgress.class);

    private final FilmEvents events;
    private final EnhancementTask task;
    private final TurnPace pace;
    private final TurnClock clock;
    private final TurnKind kind;
    private final TimeLeft left;
    private volatile boolean telling;

    /** @param load what the workers have to do besides */
    EnhanceProgress(FilmEvents events, EnhancementTask task, TurnPace pace, TurnClock clock, Traffic.Load load) {
        this.events = events;
        this.task = task;
        this.pace = pace;
        this.clock = clock;
        kind = TurnKind.enhancement(task.plan());
        left = FilmTime.enhancement(pace, task, load);
    }

    @Override
    public void onStep(int step, int steps, Supplier<VideoFrames> preview) {
        clock.step(step, steps);
        if (telling) {
            return;
        }
        telling = true;
        events.append(task.film().id(), FilmEvent.ENHANCING, progress(step, steps))
                .onFailure(error -> LOG.debug("Cannot tell the progress: {}", error.getMessage()))
                .onComplete(told -> telling = false);
    }

    private JsonObject progress(int step, int steps) {
        Film film = task.film();
        double units = TurnKind.units(task.plan(), steps);
        TurnPace.Outlook one = pace.outlook(kind, clock.elapsed() / units, step, steps);
        TurnPace.Outlook now = new TurnPace.Outlook(one.seconds() * units, one.rest() * units, one.slowness());
        JsonObject progress = new JsonObject()
                .put("enhancedFrames", task.range().from())
                .put("framesDone", film.framesDone())
                .put("frames", task.filmFrames())
                .put("step", step)
                .put("steps", steps)
                .put("fps", rounded(task.range().count() / now.seconds()));
        // An endless film ends when somebody says so.
        return film.endless()
                ? progress
                : progress.put("etaSeconds", rounded(now.rest() + left.seconds(one, kind) - one.rest()));
    }

    private static double rounded(double value) {
        return Math.round(value * 100) / 100.0;
    }
}
