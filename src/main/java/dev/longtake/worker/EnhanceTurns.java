package dev.longtake.worker;

import dev.longtake.film.CancelToken;
import dev.longtake.film.CancelledException;
import dev.longtake.film.Film;
import dev.longtake.film.FilmState;
import dev.longtake.film.FrameRange;
import dev.longtake.film.Snapshot;
import dev.longtake.memory.CommittedEnhancement;
import dev.longtake.memory.EnhancementTask;
import dev.longtake.memory.FilmEvent;
import dev.longtake.memory.Job;
import dev.longtake.memory.Memory;
import dev.longtake.memory.Subscription;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A worker's turns in which frames are refined. Used on the worker's event loop. */
final class EnhanceTurns implements Turns {

    private static final Logger LOG = LoggerFactory.getLogger(EnhanceTurns.class);

    private final Memory memory;
    private final Patience patience;
    private final WorkerExecutor thread;
    private final EnhanceWork work;
    private final TurnPace pace;

    EnhanceTurns(Memory memory, Patience patience, WorkerExecutor thread, EnhanceWork work, TurnPace pace) {
        this.memory = memory;
        this.patience = patience;
        this.thread = thread;
        this.work = work;
        this.pace = pace;
    }

    @Override
    public Future<Boolean> take(Job job, TurnClock clock, CancelToken token) {
        return patience.until(() -> memory.events().latest(job.film()))
                .compose(event -> patience.until(() -> memory.enhancements().begin(job.film()))
                        .compose(task -> task.isEmpty()
                                ? Future.succeededFuture(false)
                                : refine(job, task.get(), event, clock, token)));
    }

    private Future<Boolean> refine(Job job, EnhancementTask task, String event, TurnClock clock, CancelToken token) {
        if (job.deliveries() > MOST_DELIVERIES) {
            return fail(task, "refining " + frames(task) + " ended " + (job.deliveries() - 1) + " workers");
        }
        Subscription unwanted = memory.events().tail(task.film().id(), event, news -> {
            if (ends(news, task)) {
                token.cancel();
            }
        });
        return snapshots(task)
                .compose(snapshots -> patience.until(() -> memory.traffic().beside(task.film().id()))
                        .map(load -> new EnhanceProgress(memory.events(), task, pace, clock, load))
                        .compose(progress -> thread.executeBlocking(
                                () -> work.refine(task, snapshots, progress, token))))
                .onComplete(done -> unwanted.close())
                .compose(refined -> commit(task, refined, clock), error -> givenUp(task, error, token));
    }

    /** A film that is stopped is refined all the same, but not beyond an end that it has no longer. */
    private static boolean ends(FilmEvent event, EnhancementTask task) {
        JsonObject body = event.body();
        return switch (event.type()) {
            case FilmEvent.DELETED, FilmEvent.TRASHED -> true;
            case FilmEvent.STATE -> !body.containsKey("enhancedFrames")
                    || task.hangsOnEnd() && FilmState.valueOf(body.getString("state")).underWay();
            default -> false;
        };
    }

    private Future<List<Snapshot>> snapshots(EnhancementTask task) {
        FrameRange reach = task.reach();
        int first = task.film().plan().firstChunkFrom(reach.from());
        int end = task.film().plan().firstChunkFrom(reach.to());
        return Future.all(IntStream.range(first, end)
                        .mapToObj(chunk -> patience.until(() -> memory.films().snapshot(task.film().id(), chunk)))
                        .toList())
                .map(read -> read.<Optional<Snapshot>>list().stream().flatMap(Optional::stream).toList());
    }

    private Future<Boolean> commit(EnhancementTask task, CommittedEnhancement refined, TurnClock clock) {
        return patience.until(() -> memory.enhancements().commit(task, refined)).map(film -> {
            LOG.info("Film {}: refined {} in {} s",
                    film.id(), frames(task), Math.round(refined.seconds() * 100) / 100.0);
            clock.refined(task.plan());
            return film.enhanceable().isPresent();
        });
    }

    private Future<Boolean> givenUp(EnhancementTask task, Throwable error, CancelToken token) {
        if (token.cancelled() || error instanceof CancelledException) {
            LOG.info("Film {}: refining {} given up", task.film().id(), frames(task));
            return patience.until(() -> memory.films().find(task.film().id())).map(EnhanceTurns::more);
        }
        LOG.error("Film {}: refining {} failed", task.film().id(), frames(task), error);
        return fail(task, String.valueOf(error.getMessage()));
    }

    private Future<Boolean> fail(EnhancementTask task, String error) {
        return patience.until(() -> memory.enhancements().fail(task, error)).map(EnhanceTurns::more);
    }

    private static boolean more(Film film) {
        return film.enhanceable().isPresent();
    }

    private static String frames(EnhancementTask task) {
        return "frames " + task.range().from() + " to " + (task.range().to() - 1);
    }
}
