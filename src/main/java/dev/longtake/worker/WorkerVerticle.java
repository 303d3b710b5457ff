package dev.longtake.worker;

import dev.longtake.director.Director;
import dev.longtake.film.CancelToken;
import dev.longtake.film.CancelledException;
import dev.longtake.film.Film;
import dev.longtake.film.FilmState;
import dev.longtake.film.Snapshot;
import dev.longtake.media.VideoFormat;
import dev.longtake.memory.ChunkTask;
import dev.longtake.memory.CommittedChunk;
import dev.longtake.memory.FilmEvent;
import dev.longtake.memory.Job;
import dev.longtake.memory.JobConsumer;
import dev.longtake.memory.Memory;
import dev.longtake.memory.Subscription;
import dev.longtake.memory.UnknownFilmException;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.WorkerExecutor;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One worker with one director. To be deployed on an event loop; the director runs on a pool of one thread of its
 * own, so that its networks never meet a second one. Goes on over Redis restarts; a chunk that is done is committed
 * when Redis is there again. On undeploy the chunk in work is given up and its film's turn given back.
 */
public final class WorkerVerticle extends VerticleBase {

    private static final Logger LOG = LoggerFactory.getLogger(WorkerVerticle.class);
    private static final long SWEEP_MILLIS = 5_000;
    private static final int LONGEST_CHUNK_HOURS = 24;
    /** A film that took so many workers with it would take every other. */
    private static final int MOST_DELIVERIES = 4;

    private final Memory memory;
    private final String name;
    private final ChunkWork work;
    private final TurnPace pace = new TurnPace();
    private WorkerExecutor thread;
    private JobConsumer jobs;
    private Patience patience;
    private CancelToken token = new CancelToken();
    private Future<Void> turn = Future.succeededFuture();
    private boolean leaving;

    /**
     * @param name  see {@link dev.longtake.memory.JobQueue#consumer}
     * @param maker belongs to this verticle from now on, which closes it
     */
    public WorkerVerticle(Memory memory, String name, ChunkMaker maker, VideoFormat format) {
        this.memory = memory;
        this.name = name;
        work = new ChunkWork(maker, format);
    }

    /** @param director belongs to this verticle from now on, which closes it */
    public WorkerVerticle(Memory memory, String name, Director director) {
        this(memory, name, new DirectedChunks(director), new VideoFormat(
                director.manifest().video().width(),
                director.manifest().video().height(),
                director.manifest().video().fps()));
    }

    @Override
    public Future<?> start() {
        thread = vertx.createSharedWorkerExecutor("worker-" + name, 1, LONGEST_CHUNK_HOURS, TimeUnit.HOURS);
        jobs = memory.jobs().consumer(name);
        patience = new Patience(vertx, memory, name);
        vertx.setPeriodic(0, SWEEP_MILLIS, timer -> memory.sweeper().sweep()
                .onFailure(error -> LOG.debug("Cannot look for forgotten films: {}", error.getMessage())));
        next();
        return Future.succeededFuture();
    }

    @Override
    public Future<?> stop() {
        leaving = true;
        patience.end();
        token.cancel();
        return jobs.close().eventually(() -> turn).eventually(() -> thread.executeBlocking(() -> {
            work.close();
            return null;
        })).eventually(() -> thread.close());
    }

    private void next() {
        jobs.take().onSuccess(job -> {
            token = new CancelToken();
            if (leaving) {
                token.cancel();
            }
            turn = turn(job)
                    .recover(error -> {
                        LOG.error("The turn of film {} broke off", job.film(), error);
                        // To the end of the queue, so that other films get on.
                        return patience.pause().compose(waited -> jobs.done(job, true)).otherwiseEmpty();
                    })
                    .onComplete(done -> {
                        if (!leaving) {
                            next();
                        }
                    });
        });
    }

    private Future<Void> turn(Job job) {
        TurnClock clock = new TurnClock();
        return patience.until(() -> memory.events().latest(job.film()))
                .compose(event -> patience.until(() -> memory.films().begin(job.film()))
                        .compose(task -> task.isEmpty()
                                ? Future.succeededFuture(false)
                                : make(job, task.get(), event, clock)))
                .recover(error -> error instanceof UnknownFilmException
                        ? Future.succeededFuture(false)
                        : Future.failedFuture(error))
                .compose(more -> patience.until(() -> jobs.done(job, more)))
                .onSuccess(done -> clock.teach(pace));
    }

    /** @return whether the film needs another turn */
    private Future<Boolean> make(Job job, ChunkTask task, String event, TurnClock clock) {
        if (job.deliveries() > MOST_DELIVERIES) {
            return fail(task, "chunk " + task.chunk() + " ended " + (job.deliveries() - 1) + " workers");
        }
        if (task.chunk() == 0) {
            LOG.info("Film {}: {} frames of \"{}\"", task.film().id(), task.film().recipe().frames(),
                    task.film().recipe().timeline().changes().get(0).prompt());
        }
        memory.films().announcePositions()
                .onFailure(error -> LOG.debug("Cannot announce the queue: {}", error.getMessage()));
        CancelToken stop = token;
        Subscription stopped = memory.events().tail(task.film().id(), event, news -> {
            if (ends(news)) {
                stop.cancel();
            }
        });
        return known(task)
                .compose(known -> patience.until(() -> memory.traffic().beside(task.film().id()))
                        .map(load -> new ChunkProgress(memory.events(), task, pace, clock, load))
                        .compose(progress -> thread.executeBlocking(() -> work.make(task, known, progress, stop))))
                .onComplete(done -> stopped.close())
                .compose(chunk -> commit(task, chunk).onSuccess(more -> clock.made(task)), error -> givenUp(task, error));
    }

    private static boolean ends(FilmEvent event) {
        return event.type().equals(FilmEvent.DELETED)
                || event.type().equals(FilmEvent.TRASHED)
                || event.type().equals(FilmEvent.STATE)
                        && FilmState.STOPPED.name().equals(event.body().getString("state"));
    }

    private Future<Optional<Snapshot>> known(ChunkTask task) {
        int chunk = task.again() ? task.chunk() : task.chunk() - 1;
        return chunk < 0
                ? Future.succeededFuture(Optional.empty())
                : patience.until(() -> memory.films().snapshot(task.film().id(), chunk));
    }

    private Future<Boolean> commit(ChunkTask task, CommittedChunk chunk) {
        return patience.until(() -> memory.films().commit(task, chunk)).map(film -> {
            LOG.info("Film {}: chunk {} of {}, {} frames in {} s", film.id(), task.chunk() + 1, film.chunks(),
                    task.shownFrames(), Math.round(chunk.seconds() * 100) / 100.0);
            if (film.state() == FilmState.FINISHED) {
                LOG.info("Film {}: finished, {} frames", film.id(), film.framesDone());
            }
            return film.state().active();
        });
    }

    private Future<Boolean> givenUp(ChunkTask task, Throwable error) {
        if (leaving || error instanceof CancelledException) {
            LOG.info("Film {}: chunk {} given up", task.film().id(), task.chunk() + 1);
            // Whoever stopped the film ended its turns; whoever leaves gives this one back.
            return Future.succeededFuture(leaving);
        }
        LOG.error("Film {}: chunk {} failed", task.film().id(), task.chunk() + 1, error);
        return fail(task, String.valueOf(error.getMessage()));
    }

    private Future<Boolean> fail(ChunkTask task, String error) {
        return patience.until(() -> memory.films().fail(task, error)).map(Film::state).map(FilmState::active);
    }
}
