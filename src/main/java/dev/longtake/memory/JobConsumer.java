package dev.longtake.memory;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker's side of the job queue. Gives signs of life by itself; a job of a worker that gave none for
 * {@value #SILENCE_MILLIS} ms is handed to another. A worker that starts again under the same name gets its own job
 * back at once. One {@link #take} at a time; otherwise safe to use from any thread.
 */
public final class JobConsumer {

    /** After so long a silence a worker counts as dead. */
    public static final long SILENCE_MILLIS = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(JobConsumer.class);
    private static final int HEARTBEATS = 5;
    private static final Script DONE = new Script("done.lua");
    private static final Script HEARTBEAT = new Script("heartbeat.lua");

    private final RedisConnections redis;
    private final String worker;
    private final long silenceMillis;
    private final JobSearch search;
    private final Backoff backoff = new Backoff();
    private final long heartbeat;
    private volatile String held = "";
    private volatile boolean closed;
    private volatile Future<Job> taking = Future.succeededFuture();
    private volatile long connectionId;
    private RedisConnection connection;

    JobConsumer(RedisConnections redis, String worker, long silenceMillis) {
        this.redis = redis;
        this.worker = worker;
        this.silenceMillis = silenceMillis;
        search = new JobSearch(worker, silenceMillis);
        heartbeat = redis.vertx().setPeriodic(0, silenceMillis / HEARTBEATS, timer -> beat());
    }

    private void beat() {
        HEARTBEAT.run(redis, List.of(JobQueue.STREAM, JobQueue.WORKERS),
                        List.of(JobQueue.GROUP, worker, held, silenceMillis))
                .onFailure(error -> LOG.debug("Worker {} cannot give a sign of life: {}", worker, error.getMessage()));
    }

    /** Waits for a job, over Redis restarts too. Fails only when the consumer is closed. */
    public Future<Job> take() {
        Promise<Job> taken = Promise.promise();
        taking = taken.future();
        attempt(taken);
        return taken.future();
    }

    private void attempt(Promise<Job> taken) {
        if (closed) {
            leave(taken);
            return;
        }
        connection()
                .compose(search::find)
                .compose(job -> job.isPresent() ? hold(job.get()) : Future.succeededFuture(job))
                .recover(this::again)
                .onSuccess(job -> job.ifPresentOrElse(found -> hand(found, taken), () -> attempt(taken)));
    }

    private void hand(Job job, Promise<Job> taken) {
        if (closed) {
            // It came while we were leaving: somebody else shall have it.
            done(job, true).onComplete(given -> leave(taken));
        } else {
            taken.complete(job);
        }
    }

    private void leave(Promise<Job> taken) {
        taken.fail("worker " + worker + " has left the queue");
    }

    private Future<Optional<Job>> hold(Job job) {
        backoff.succeeded();
        held = job.entry();
        return redis.send(Request.cmd(Command.XPENDING)
                        .arg(JobQueue.STREAM).arg(JobQueue.GROUP).arg(job.entry()).arg(job.entry()).arg(1))
                .map(pending -> pending.size() == 0
                        ? Optional.empty()
                        : Optional.of(new Job(
                                job.entry(), job.film(), job.stage(), pending.get(0).get(3).toInteger())));
    }

    private Future<Optional<Job>> again(Throwable error) {
        if (closed) {
            return Future.succeededFuture(Optional.empty());
        }
        String message = String.valueOf(error.getMessage());
        if (message.startsWith("NOGROUP")) {
            return createGroup().map(Optional.empty());
        }
        LOG.debug("Worker {} cannot take a job, tries again: {}", worker, message);
        disconnect();
        return redis.delay(backoff.nextMillis()).map(Optional.empty());
    }

    private Future<Void> createGroup() {
        return redis.send(Request.cmd(Command.XGROUP)
                        .arg("CREATE").arg(JobQueue.STREAM).arg(JobQueue.GROUP).arg("0").arg("MKSTREAM"))
                // Another worker may have been faster.
                .<Void>mapEmpty()
                .recover(error -> redis.delay(backoff.nextMillis()));
    }

    /**
     * Ends a job.
     *
     * @param more whether the film needs another turn for the same stage
     */
    public Future<Void> done(Job job, boolean more) {
        held = "";
        return DONE.run(redis, List.of(JobQueue.STREAM, JobQueue.TURNS, JobQueue.AGAIN),
                        List.of(JobQueue.GROUP, job.entry(), job.turn(), more ? "1" : "0"))
                .mapEmpty();
    }

    private Future<RedisConnection> connection() {
        RedisConnection open;
        synchronized (this) {
            open = connection;
        }
        return open != null
                ? Future.succeededFuture(open)
                : redis.connect().compose(fresh -> fresh.send(Request.cmd(Command.CLIENT).arg("ID"))
                        .map(id -> connected(fresh, id.toLong())));
    }

    private synchronized RedisConnection connected(RedisConnection fresh, long id) {
        connection = fresh;
        connectionId = id;
        fresh.exceptionHandler(error -> forget(fresh)).endHandler(end -> forget(fresh));
        return fresh;
    }

    private synchronized void forget(RedisConnection broken) {
        if (connection == broken) {
            connection = null;
        }
    }

    private synchronized void disconnect() {
        if (connection != null) {
            connection.close();
            connection = null;
        }
    }

    /**
     * Leaves the queue; a job that was taken and not ended stays with this worker's name.
     *
     * @return completes when {@link #take} is sure to hand out no more jobs
     */
    public Future<Void> close() {
        closed = true;
        redis.vertx().cancelTimer(heartbeat);
        return redis.send(Request.cmd(Command.CLIENT).arg("UNBLOCK").arg(connectionId))
                .eventually(() -> taking)
                .onComplete(left -> disconnect())
                .<Void>mapEmpty()
                .otherwiseEmpty();
    }
}
