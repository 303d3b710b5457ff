package dev.longtake.memory;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Where a worker looks for a job: first for one that it held itself before it died, then for one of another worker
 * that died, then at the head of the queue.
 *
 * @param silenceMillis after so long a silence another worker counts as dead
 */
record JobSearch(String worker, long silenceMillis) {

    private static final long BLOCK_MILLIS = 2_000;

    /** Waits a while for a job; empty if none came. Blocks the connection meanwhile. */
    Future<Optional<Job>> find(RedisConnection connection) {
        return own(connection)
                .compose(job -> or(job, () -> orphan(connection)))
                .compose(job -> or(job, () -> next(connection)));
    }

    private static Future<Optional<Job>> or(Optional<Job> job, Supplier<Future<Optional<Job>>> other) {
        return job.isPresent() ? Future.succeededFuture(job) : other.get();
    }

    private Future<Optional<Job>> own(RedisConnection connection) {
        return connection.send(read().arg("STREAMS").arg(JobQueue.STREAM).arg("0")).map(JobSearch::job);
    }

    private Future<Optional<Job>> orphan(RedisConnection connection) {
        return connection.send(Request.cmd(Command.XAUTOCLAIM)
                        .arg(JobQueue.STREAM).arg(JobQueue.GROUP).arg(worker).arg(silenceMillis).arg("0-0")
                        .arg("COUNT").arg(1))
                .map(claimed -> first(claimed.get(1)));
    }

    private Future<Optional<Job>> next(RedisConnection connection) {
        return connection.send(read().arg("BLOCK").arg(BLOCK_MILLIS).arg("STREAMS").arg(JobQueue.STREAM).arg(">"))
                .map(JobSearch::job);
    }

    private Request read() {
        return Request.cmd(Command.XREADGROUP)
                .arg("GROUP").arg(JobQueue.GROUP).arg(worker).arg("COUNT").arg(1);
    }

    private static Optional<Job> job(Response streams) {
        return streams == null ? Optional.empty() : first(streams.get(JobQueue.STREAM));
    }

    private static Optional<Job> first(Response entries) {
        if (entries == null || entries.size() == 0) {
            return Optional.empty();
        }
        Response entry = entries.get(0);
        Turn turn = JobQueue.turn(entry);
        return Optional.of(new Job(entry.get(0).toString(), turn.film(), turn.stage(), 1));
    }
}
