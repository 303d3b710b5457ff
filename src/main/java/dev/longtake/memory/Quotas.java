package dev.longtake.memory;

import com.github.f4b6a3.ulid.Ulid;
import dev.longtake.film.Film;
import dev.longtake.film.FilmId;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How much of something somebody has used up, counted in one place for all studios. A subject is whoever is counted:
 * an owner, or an address. Safe to use from any thread.
 */
public final class Quotas {

    private static final Script TAKE = new Script("take.lua");
    private static final Script SEAT = new Script("seat.lua");
    /** A film takes its seat a moment before it is born. */
    private static final Duration LONGEST_BIRTH = Duration.ofSeconds(10);
    private static final int MOST_FILMS = 10_000;

    private final RedisConnections redis;

    Quotas(RedisConnections redis) {
        this.redis = redis;
    }

    /**
     * Takes one from what comes back evenly, as a bucket fills up.
     *
     * @param what  names the bucket
     * @param rate  how many come back in {@code time}, at least 1
     * @param burst how many a full bucket holds, at least 1
     * @return how long to wait until there is one; zero if one was taken
     */
    public Future<Duration> take(String what, String subject, int rate, Duration time, int burst) {
        long each = time.toNanos() / 1000 / rate;
        return TAKE.run(redis, List.of(key(what, subject)), List.of(each, each * burst))
                .map(wait -> Duration.ofNanos(Long.parseLong(wait.toString()) * 1000));
    }

    /**
     * Takes one of {@code most} seats, or keeps the one that {@code who} has.
     *
     * @param lease after which the seat is free again, unless it is kept before
     * @return whether there was one
     */
    public Future<Boolean> seat(String what, String subject, String who, int most, Duration lease) {
        return SEAT.run(redis, List.of(key(what, subject)), List.of(who, most, lease.toMillis()))
                .map(seated -> seated.toInteger() == 1);
    }

    /** Gives a seat back; harmless if it is free. */
    public Future<Void> leave(String what, String subject, String who) {
        return redis.send(Request.cmd(Command.ZREM).arg(key(what, subject)).arg(who)).mapEmpty();
    }

    /**
     * Counts a film among those of its owner that are being made or wait for it, if there are fewer than
     * {@code most} besides. Films that are done make room by themselves.
     *
     * @return whether it may be made now
     */
    public Future<Boolean> making(String owner, FilmId film, int most) {
        return seat(film, owner, most).compose(seated -> seated
                ? Future.succeededFuture(true)
                : makeRoom(owner).compose(done -> seat(film, owner, most)));
    }

    /** A film is gone: it makes room at once. */
    public Future<Void> gone(String owner, FilmId film) {
        return leave("making", owner, film.value());
    }

    private Future<Boolean> seat(FilmId film, String owner, int most) {
        return seat("making", owner, film.value(), most, Duration.ZERO);
    }

    private Future<Void> makeRoom(String owner) {
        return redis.send(Request.cmd(Command.ZRANGE).arg(key("making", owner)).arg(0).arg(-1))
                .compose(seated -> Future.join(seated.stream()
                        .map(id -> leaveIfDone(owner, new FilmId(id.toString()))).toList()))
                .mapEmpty();
    }

    private Future<Void> leaveIfDone(String owner, FilmId id) {
        return redis.send(Request.cmd(Command.HGETALL).arg(FilmKeys.film(id)))
                .map(hash -> FilmRecord.read(id, hash).map(FilmRecord::film))
                .compose(film -> done(id, film)
                        ? leave("making", owner, id.value())
                        : Future.succeededFuture());
    }

    private static boolean done(FilmId id, Optional<Film> film) {
        return film.map(found -> !found.state().active()).orElseGet(() ->
                Duration.between(Ulid.from(id.value()).getInstant(), Instant.now()).compareTo(LONGEST_BIRTH) > 0);
    }

    /** Whether somebody has films. */
    public Future<Boolean> known(String owner) {
        return redis.send(Request.cmd(Command.EXISTS).arg(FilmKeys.owner(owner))).map(count -> count.toInteger() == 1);
    }

    /** About how many bytes of memory the films of an owner take. */
    public Future<Long> storedBytes(String owner) {
        return redis.send(Request.cmd(Command.ZRANGE).arg(FilmKeys.owner(owner)).arg(0).arg(MOST_FILMS))
                .compose(ids -> Future.all(ids.stream().map(id -> storedBytes(new FilmId(id.toString()))).toList()))
                .map(all -> all.<Long>list().stream().mapToLong(Long::longValue).sum());
    }

    private Future<Long> storedBytes(FilmId id) {
        return Future.all(FilmKeys.all(id).stream().map(this::keyBytes).toList())
                .map(all -> all.<Long>list().stream().mapToLong(Long::longValue).sum());
    }

    private Future<Long> keyBytes(String key) {
        return redis.send(Request.cmd(Command.MEMORY).arg("USAGE").arg(key))
                .map(bytes -> bytes == null ? 0L : bytes.toLong());
    }

    private static String key(String what, String subject) {
        return "quota:{" + subject + "}:" + what;
    }
}
