package dev.longtake.memory;

import dev.longtake.film.FilmId;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whose turn it is. A turn is one chunk, or what is refined in one go; a film that needs more goes back to the end of
 * the queue, so that all films get on. A film has at most one turn for each stage in the queue, so that one worker may
 * refine what another makes. Safe to use from any thread.
 */
public final class JobQueue {

    static final String STREAM = "{jobs}";
    static final String GROUP = "workers";
    /** Hash: turn to its entry in the stream. */
    static final String TURNS = "{jobs}:turns";
    /** Set: turns that were given once more while they were there. */
    static final String AGAIN = "{jobs}:again";
    /** Sorted set: workers by their last sign of life. */
    static final String WORKERS = "{jobs}:workers";

    private static final Script ENQUEUE = new Script("enqueue.lua");
    private static final int LONGEST_LIST = 1_000;

    private final RedisConnections redis;

    JobQueue(RedisConnections redis) {
        this.redis = redis;
    }

    /** Gives a film a turn; harmless if it has one. */
    public Future<Void> enqueue(FilmId film, Stage stage) {
        return ENQUEUE.run(redis, List.of(STREAM, TURNS, AGAIN), List.of(new Turn(film, stage))).mapEmpty();
    }

    /**
     * Films whose next chunk is made before this one's: 0 if it is next, empty if it has no turn or a worker is at it.
     */
    public Future<Optional<Integer>> position(FilmId film) {
        return waiting().map(films -> Optional.of(films.indexOf(film)).filter(position -> position >= 0));
    }

    /** Films whose next chunk waits for a worker, the next first; at most {@value #LONGEST_LIST}. */
    public Future<List<FilmId>> waiting() {
        return lastTaken().compose(last -> redis.send(Request.cmd(Command.XRANGE)
                        .arg(STREAM).arg("(" + last).arg("+").arg("COUNT").arg(LONGEST_LIST)))
                .map(entries -> {
                    List<FilmId> films = new ArrayList<>();
                    for (Response entry : entries) {
                        Turn turn = turn(entry);
                        if (turn.stage() == Stage.CHUNKS) {
                            films.add(turn.film());
                        }
                    }
                    return films;
                });
    }

    /**
     * A worker's side of the queue.
     *
     * @param worker no two living workers may have the same name; one that comes back under its old name goes on
     *               where it was
     */
    public JobConsumer consumer(String worker) {
        return consumer(worker, JobConsumer.SILENCE_MILLIS);
    }

    JobConsumer consumer(String worker, long silenceMillis) {
        return new JobConsumer(redis, worker, silenceMillis);
    }

    private Future<String> lastTaken() {
        return redis.send(Request.cmd(Command.XINFO).arg("GROUPS").arg(STREAM))
                .map(groups -> groups.size() == 0
                        ? FilmEvents.BEGINNING
                        : groups.get(0).get("last-delivered-id").toString())
                // No film was ever queued.
                .recover(error -> String.valueOf(error.getMessage()).contains("no such key")
                        ? Future.succeededFuture(FilmEvents.BEGINNING)
                        : Future.failedFuture(error));
    }

    /** @param entry id and fields of an entry of the stream */
    static Turn turn(Response entry) {
        return Turn.of(entry.get(1).get(1).toString());
    }
}
