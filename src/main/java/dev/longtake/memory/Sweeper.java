package dev.longtake.memory;

import com.github.f4b6a3.ulid.Ulid;
import dev.longtake.film.Film;
import dev.longtake.film.FilmId;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Makes good what a crash between two steps left undone: gives every film that there is something to do for the turns
 * that it has not, and takes the others off the list of active films. Forgets what has been in the trash for long enough. Harmless at any time, also by
 * several processes at once.
 */
public final class Sweeper {

    /** A take is listed before its chunks are copied. */
    static final Duration LONGEST_BIRTH = Duration.ofMinutes(10);

    private final RedisConnections redis;
    private final JobQueue jobs;
    private final FilmMemory films;

    Sweeper(RedisConnections redis, JobQueue jobs, FilmMemory films) {
        this.redis = redis;
        this.jobs = jobs;
        this.films = films;
    }

    public Future<Void> sweep() {
        return redis.send(Request.cmd(Command.SMEMBERS).arg(FilmKeys.ACTIVE))
                .compose(active -> Future.join(
                        active.stream().map(film -> sweep(new FilmId(film.toString()))).toList()))
                .compose(swept -> films.emptyTrash());
    }

    private Future<Void> sweep(FilmId id) {
        return find(id).compose(film -> {
            if (needed(film)) {
                return requeue(film.get().film());
            }
            if (film.isPresent()) {
                return retire(id);
            }
            // A film is listed before it is born.
            return age(id).compareTo(LONGEST_BIRTH) < 0
                    ? Future.succeededFuture()
                    : clear(id).compose(cleared -> retire(id));
        });
    }

    /** A take that was never born may have chunks. */
    private Future<Void> clear(FilmId id) {
        Request unlink = Request.cmd(Command.UNLINK);
        FilmKeys.all(id).forEach(unlink::arg);
        return redis.send(unlink).mapEmpty();
    }

    private Future<Void> requeue(Film film) {
        return (film.state().active() ? requeue(film.id(), Stage.CHUNKS) : Future.<Void>succeededFuture())
                .compose(queued -> film.enhanceable().isPresent()
                        ? requeue(film.id(), Stage.ENHANCEMENT)
                        : Future.succeededFuture());
    }

    private Future<Void> requeue(FilmId id, Stage stage) {
        return redis.send(Request.cmd(Command.HEXISTS).arg(JobQueue.TURNS).arg(new Turn(id, stage).toString()))
                .compose(turn -> turn.toInteger() == 1 ? Future.succeededFuture() : jobs.enqueue(id, stage));
    }

    private Future<Void> retire(FilmId id) {
        return redis.send(Request.cmd(Command.SREM).arg(FilmKeys.ACTIVE).arg(id.value()))
                // It may have been extended just now.
                .compose(gone -> find(id))
                .compose(film -> needed(film)
                        ? redis.send(Request.cmd(Command.SADD).arg(FilmKeys.ACTIVE).arg(id.value())).mapEmpty()
                        : Future.succeededFuture());
    }

    private Future<Optional<FilmRecord>> find(FilmId id) {
        return redis.send(Request.cmd(Command.HGETALL).arg(FilmKeys.film(id))).map(hash -> FilmRecord.read(id, hash));
    }

    private static boolean needed(Optional<FilmRecord> film) {
        return film.filter(record -> record.kept() && FilmWork.needed(record.film())).isPresent();
    }

    private static Duration age(FilmId id) {
        return Duration.between(Ulid.from(id.value()).getInstant(), Instant.now());
    }
}
