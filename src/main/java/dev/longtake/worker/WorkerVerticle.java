package dev.longtake.worker;

import dev.longtake.director.Director;
import dev.longtake.film.CancelToken;
import dev.longtake.media.VideoFormat;
import dev.longtake.memory.Job;
import dev.longtake.memory.JobConsumer;
import dev.longtake.memory.Memory;
import dev.longtake.memory.Stage;
import dev.longtake.memory.UnknownFilmException;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.WorkerExecutor;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One worker with one director. To be deployed on an event loop; the director runs on a pool of one thread of its
 * own, so that its networks never meet a second one. Goes on over Redis restarts; what is done is committed when Redis
 * is there again. On undeploy the work at hand is given up and its film's turn given back.
 */
public final class WorkerVerticle extends VerticleBase {

    private static final Logger LOG = LoggerFactory.getLogger(WorkerVerticle.class);
    private static final long SWEEP_MILLIS = 5_000;
    private static final int LONGEST_CHUNK_HOURS = 24;

    private final Memory memory;
    private final String name;
    private final ChunkMaker maker;
    private final VideoFormat format;
    private final TurnPace pace = new TurnPace();
    private WorkerExecutor thread;
    private JobConsumer jobs;
    private Patience patience;
    private Map<Stage, Turns> turns;
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
        this.maker = maker;
        this.format = format;
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
        turns = Map.of(
                Stage.CHUNKS, new ChunkTurns(memory, patience, thread, new ChunkWork(maker, format), pace),
                Stage.ENHANCEMENT,
                new EnhanceTurns(memory, patience, thread, new EnhanceWork(maker, format.fps()), pace));
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
            maker.close();
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
        return turns.get(job.stage()).take(job, clock, token)
                .recover(error -> error instanceof UnknownFilmException
                        ? Future.succeededFuture(false)
                        : Future.failedFuture(error))
                .compose(more -> patience.until(() -> jobs.done(job, more)))
                .onSuccess(done -> clock.teach(pace));
    }
}
