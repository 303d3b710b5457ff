package dev.longtake.memory;

import dev.longtake.film.Film;
import dev.longtake.film.FilmId;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** The ways out of the memory: into the trash and back, and to be forgotten with everything that belongs to a film. */
final class Trash {

    private static final Script DELETE = new Script("delete.lua");
    private static final int MOST_AT_ONCE = 100;

    private final RedisConnections redis;
    private final FilmRecords records;
    private final FilmWork work;
    private final ShareLinks shares;
    private final OwnedFilms owned;
    private final Takes takes;

    Trash(RedisConnections redis, FilmRecords records, FilmWork work, ShareLinks shares, OwnedFilms owned,
            Takes takes) {
        this.redis = redis;
        this.records = records;
        this.work = work;
        this.shares = shares;
        this.owned = owned;
        this.takes = takes;
    }

    /** @param keep time after which {@link #empty} forgets it */
    Future<Void> put(FilmId id, Duration keep) {
        // First on the list of what is to be forgotten: a crash may then end this anywhere.
        return records.kept(id).compose(record -> discard(id, Instant.now().plus(keep))
                .compose(listed -> records.changeIf(id, FilmRules::trashed))
                // Had its time been over at once, a sweep would have taken it off again.
                .compose(trashed -> discard(id, Instant.now().plus(keep)))
                .compose(listed -> owned.remove(record.film().owner(), id)));
    }

    /** A film that is in the trash. */
    Future<Film> find(FilmId id) {
        return records.any(id).compose(record -> record.fate() == FilmRecord.Fate.TRASHED
                ? Future.succeededFuture(record.film())
                : Future.failedFuture(new UnknownFilmException(id)));
    }

    /** @param goesOn whether it goes on if it was active; else it is paused then */
    Future<Film> restore(FilmId id, boolean goesOn) {
        return find(id)
                .compose(film -> owned.add(film.owner(), id))
                .compose(listed -> work.activate(id))
                .compose(active -> records.changeAnyIf(id, record -> FilmRules.restored(record, goesOn)))
                .compose(restored -> records.after(restored, id))
                .compose(film -> undiscard(id).compose(done -> work.resume(film)));
    }

    /** Forgets a film that is not in the trash at once. */
    Future<Void> delete(FilmId id) {
        return records.kept(id).compose(kept -> discard(id, Instant.now())).compose(listed -> condemn(id, true));
    }

    /** Forgets the films whose time in the trash is over. */
    Future<Void> empty() {
        return redis.send(Request.cmd(Command.ZRANGE)
                        .arg(FilmKeys.TRASH).arg("-inf").arg(Instant.now().getEpochSecond()).arg("BYSCORE")
                        .arg("LIMIT").arg(0).arg(MOST_AT_ONCE))
                .compose(ids -> Future.join(ids.stream().map(id -> condemn(new FilmId(id.toString()), false)).toList()))
                .mapEmpty();
    }

    /** Removes everything that belongs to a film that is condemned, or that was never born. */
    Future<Void> forget(Film film) {
        FilmId id = film.id();
        return shares.revokeAll(id)
                .compose(revoked -> DELETE.run(redis, FilmKeys.all(id), List.of(FilmKeys.news(id))))
                .compose(deleted -> takes.remove(id, film.lineage()))
                .compose(removed -> owned.remove(film.owner(), id));
    }

    /** @param evenIfKept whether it need not be in the trash */
    private Future<Void> condemn(FilmId id, boolean evenIfKept) {
        return records.changeAnyIf(id, record -> FilmRules.condemned(record, evenIfKept))
                .compose(condemned -> records.any(id))
                .compose(record -> record.fate() == FilmRecord.Fate.CONDEMNED
                        ? forget(record.film())
                        : Future.succeededFuture())
                .recover(error -> error instanceof UnknownFilmException
                        ? Future.succeededFuture()
                        : Future.failedFuture(error))
                .compose(forgotten -> undiscard(id));
    }

    private Future<Void> discard(FilmId id, Instant until) {
        return redis.send(Request.cmd(Command.ZADD).arg(FilmKeys.TRASH).arg(until.getEpochSecond()).arg(id.value()))
                .mapEmpty();
    }

    private Future<Void> undiscard(FilmId id) {
        return redis.send(Request.cmd(Command.ZREM).arg(FilmKeys.TRASH).arg(id.value())).mapEmpty();
    }
}
