package dev.longtake.worker;

import dev.longtake.film.Film;
import dev.longtake.film.StepListener;
import dev.longtake.film.VideoFrames;
import dev.longtake.media.JpegEncoder;
import dev.longtake.memory.ChunkTask;
import dev.longtake.memory.FilmEvent;
import dev.longtake.memory.FilmEvents;
import dev.longtake.memory.Preview;
import dev.longtake.memory.Traffic;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells those who watch how a chunk gets on. Called on the worker's thread, which it never holds up: an event is
 * left out while Redis is still busy with the one before, and pictures of the denoising are only made when somebody
 * looks, and for a small part of the time.
 */
final class ChunkProgress implements StepListener {

    private static final Logger LOG = LoggerFactory.getLogger(ChunkProgress.class);
    private static final JpegEncoder JPEG = new JpegEncoder(4, 0);
    private static final long SHORTEST_PAUSE_NANOS = 250_000_000;
    /** A preview may take a 25th of the time. */
    private static final int PAUSE_PER_COST = 24;

    private final FilmEvents events;
    private final ChunkTask task;
    private final TurnPace pace;
    private final TurnClock clock;
    private final TurnKind kind;
    private final TimeLeft left;
    private volatile boolean telling;
    private volatile boolean watched;
    private long nextPreview = System.nanoTime();

    /** @param load what the workers have to do besides */
    ChunkProgress(FilmEvents events, ChunkTask task, TurnPace pace, TurnClock clock, Traffic.Load load) {
        this.events = events;
        this.task = task;
        this.pace = pace;
        this.clock = clock;
        kind = TurnKind.chunk(task.film().recipe(), task.chunk() == 0);
        left = FilmTime.chunks(pace, task, load);
    }

    @Override
    public void onStep(int step, int steps, Supplier<VideoFrames> preview) {
        clock.step(step, steps);
        tell(step, steps);
        long now = System.nanoTime();
        if (watched && step < steps && now >= nextPreview) {
            show(preview);
            long cost = System.nanoTime() - now;
            nextPreview = now + cost + Math.max(SHORTEST_PAUSE_NANOS, PAUSE_PER_COST * cost);
        }
    }

    private void tell(int step, int steps) {
        if (telling) {
            return;
        }
        telling = true;
        events.append(task.film().id(), FilmEvent.PROGRESS, progress(step, steps))
                .compose(told -> events.previewsWatched(task.film().id()))
                .onSuccess(anyone -> watched = anyone)
                .onFailure(error -> LOG.debug("Cannot tell the progress: {}", error.getMessage()))
                .onComplete(done -> telling = false);
    }

    private JsonObject progress(int step, int steps) {
        Film film = task.film();
        TurnPace.Outlook now = pace.outlook(kind, clock.elapsed(), step, steps);
        JsonObject progress = new JsonObject()
                .put("chunk", task.chunk())
                .put("step", step)
                .put("steps", steps)
                .put("framesDone", film.framesDone())
                .put("firstOpenFrame", film.firstOpenFrame())
                .put("fps", rounded(film.plan().newFrames(task.chunk()) / now.seconds()));
        // An endless film ends when somebody says so.
        return film.endless() ? progress : progress.put("etaSeconds", rounded(left.seconds(now, kind)));
    }

    private static double rounded(double value) {
        return Math.round(value * 100) / 100.0;
    }

    private void show(Supplier<VideoFrames> preview) {
        byte[] jpeg = JPEG.encode(preview.get(), 0);
        events.publish(task.film().id(), new Preview(task.chunk(), Buffer.buffer(jpeg)))
                .onFailure(error -> LOG.debug("Cannot show a preview: {}", error.getMessage()));
    }
}
