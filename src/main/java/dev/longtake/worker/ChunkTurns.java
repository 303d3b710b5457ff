package dev.longtake.worker;

import dev.longtake.film.CancelToken;
import dev.longtake.film.CancelledException;
import dev.longtake.film.Film;
import dev.longtake.film.FilmState;
import dev.longtake.memory.ChunkTask;
import dev.longtake.memory.CommittedChunk;
import dev.longtake.memory.FilmEvent;
import dev.longtake.memory.Job;
import dev.longtake.memory.Memory;
import dev.longtake.memory.Subscription;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A worker's turns in which a chunk is made. Used on the worker's event loop. */
final class ChunkTurns implements Turns {

    private static final Logger LOG = LoggerFactory.getLogger(ChunkTurns.class);

    private final Memory memory;
    private final Patience patience;
    private final WorkerExecutor thread;
    private final ChunkWork work;
    private final TurnPace pace;

    ChunkTurns(Memory memory, Patience patience, WorkerExecutor thread, ChunkWork work, TurnPace pace) {
        this.memory = memory;
        this.patience = patience;
        this.thread = thread;
        this.work = work;
        this.pace = pace;
    }

    @Override
    public Future<Boolean> take(Job job, TurnClock clock, CancelToken token) {
        return patience.until(() -> memory.events().latest(job.film()))
                .compose(event -> patience.until(() -> memory.films().begin(job.film()))
                        .compose(task -> task.isEmpty()
                                ? Future.succeededFuture(false)
                                : make(job, task.get(), event, clock, token)));
    }

    private Future<Boolean> make(Job job, ChunkTask task, String event, TurnClock clock, CancelToken token) {
        if (job.deliveries() > MOST_DELIVERIES) {
            return fail(task, "chunk " + task.chunk() + " ended " + (job.deliveries() - 1) + " workers");
        }
        if (task.chunk() == 0) {
            LOG.info("Film {}: {} frames of \"{}\"", task.film().id(), task.film().recipe().frames(),
                    task.film().recipe().timeline().changes().get(0).prompt());
        }
        memory.films().announcePositions()
                .onFailure(error -> LOG.debug("Cannot announce the queue: {}", error.getMessage()));
        Subscription stopped = memory.events().tail(task.film().id(), event, news -> {
            if (ends(news)) {
                token.cancel();
            }
        });
        return known(task)
                .compose(known -> patience.until(() -> memory.traffic().beside(task.film().id()))
                        .map(load -> new ChunkProgress(memory.events(), task, pace, clock, load))
                        .compose(progress -> thread.executeBlocking(() -> work.make(task, known, progress, token))))
                .onComplete(done -> stopped.close())
                .compose(chunk -> commit(task, chunk, clock), error -> givenUp(task, error, token));
    }

    private static boolean ends(FilmEvent event) {
        return event.type().equals(FilmEvent.DELETED)
                || event.type().equals(FilmEvent.TRASHED)
                || event.type().equals(FilmEvent.STATE)
                        && FilmState.STOPPED.name().equals(event.body().getString("state"));
    }

    private Future<ChunkWork.Known> known(ChunkTask task) {
        int chunk = task.again() ? task.chunk() : task.chunk() - 1;
        if (chunk >= 0) {
            return patience.until(() -> memory.films().snapshot(task.film().id(), chunk))
                    .map(snapshot -> new ChunkWork.Known(snapshot, Optional.empty()));
        }
        if (!task.film().recipe().fromImage()) {
            return Future.succeededFuture(new ChunkWork.Known(Optional.empty(), Optional.empty()));
        }
        return patience.until(() -> memory.films().image(task.film().id())).map(image -> new ChunkWork.Known(
                Optional.empty(),
                Optional.of(image.orElseThrow(() -> new IllegalStateException(
                        "the picture is missing that the film begins with")).getBytes())));
    }

    private Future<Boolean> commit(ChunkTask task, CommittedChunk chunk, TurnClock clock) {
        return patience.until(() -> memory.films().commit(task, chunk)).map(film -> {
            LOG.info("Film {}: chunk {} of {}, {} frames in {} s", film.id(), task.chunk() + 1, film.chunks(),
                    task.shownFrames(), Math.round(chunk.seconds() * 100) / 100.0);
            if (film.state() == FilmState.FINISHED) {
                LOG.info("Film {}: finished, {} frames", film.id(), film.framesDone());
            }
            if (!task.again()) {
                clock.made(TurnKind.chunk(task.film().recipe(), task.chunk() == 0));
            }
            return film.state().active();
        });
    }

    private Future<Boolean> givenUp(ChunkTask task, Throwable error, CancelToken token) {
        if (token.cancelled() || error instanceof CancelledException) {
            LOG.info("Film {}: chunk {} given up", task.film().id(), task.chunk() + 1);
            // Whoever stopped the film ended its turns; whoever leaves gives this one back.
            return patience.until(() -> memory.films().find(task.film().id())).map(film -> film.state().active());
        }
        LOG.error("Film {}: chunk {} failed", task.film().id(), task.chunk() + 1, error);
        return fail(task, String.valueOf(error.getMessage()));
    }

    private Future<Boolean> fail(ChunkTask task, String error) {
        return patience.until(() -> memory.films().fail(task, error)).map(Film::state).map(FilmState::active);
    }
}
