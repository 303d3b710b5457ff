package dev.longtake.memory;

import dev.longtake.film.Film;
import dev.longtake.film.FilmId;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.util.Optional;
import java.util.function.Function;

/**
 * Reads and changes what is remembered of each film. A change is worked out from the film as it was read and written
 * by a script if nobody changed the film in between; else it is worked out again.
 */
final class FilmRecords {

    private static final Script CHANGE = new Script("change.lua");

    private final RedisConnections redis;

    FilmRecords(RedisConnections redis) {
        this.redis = redis;
    }

    /** A film that was deleted is none, even while it can be restored. */
    Future<FilmRecord> kept(FilmId id) {
        return any(id).compose(record -> record.kept()
                ? Future.succeededFuture(record)
                : Future.failedFuture(new UnknownFilmException(id)));
    }

    Future<Optional<FilmRecord>> keptIfAny(FilmId id) {
        return kept(id).map(Optional::of).recover(error -> error instanceof UnknownFilmException
                ? Future.succeededFuture(Optional.empty())
                : Future.failedFuture(error));
    }

    /** A film, be it deleted or not, unless it is forgotten. */
    Future<FilmRecord> any(FilmId id) {
        return redis.send(Request.cmd(Command.HGETALL).arg(FilmKeys.film(id)))
                .map(hash -> FilmRecord.read(id, hash).orElseThrow(() -> new UnknownFilmException(id)));
    }

    /**
     * @param image what the film begins with, as a PNG, if anything
     * @return false if there is such a film already
     */
    Future<Boolean> bear(Film film, Optional<Buffer> image) {
        return apply(film.id(), FilmRecord.UNBORN, FilmRules.born(film, image));
    }

    <T> Future<T> change(FilmId id, Function<FilmRecord, FilmChange<T>> rule) {
        return changeIf(id, record -> Optional.of(rule.apply(record))).map(Optional::orElseThrow);
    }

    /** @return empty if the rule changes nothing */
    <T> Future<Optional<T>> changeIf(FilmId id, Function<FilmRecord, Optional<FilmChange<T>>> rule) {
        return changeAnyIf(id, record -> {
            if (!record.kept()) {
                throw new UnknownFilmException(id);
            }
            return rule.apply(record);
        });
    }

    /** Like {@link #changeIf}, also of films that are deleted. */
    <T> Future<Optional<T>> changeAnyIf(FilmId id, Function<FilmRecord, Optional<FilmChange<T>>> rule) {
        return any(id).compose(record -> {
            Optional<FilmChange<T>> change = rule.apply(record);
            if (change.isEmpty()) {
                return Future.succeededFuture(Optional.empty());
            }
            return apply(id, record.version(), change.get()).compose(done -> done
                    ? Future.succeededFuture(Optional.of(change.get().result()))
                    : changeAnyIf(id, rule));
        });
    }

    /** The film after a change, or as it is if nothing was to be changed. */
    Future<Film> after(Optional<Film> changed, FilmId id) {
        return changed.map(Future::succeededFuture).orElseGet(() -> kept(id).map(FilmRecord::film));
    }

    /** @return false if the film has another version by now */
    private Future<Boolean> apply(FilmId id, long version, FilmChange<?> change) {
        return CHANGE.run(redis, FilmKeys.all(id), change.arguments(version, FilmKeys.news(id)))
                .map(done -> done.toInteger() == 1);
    }
}
