package dev.longtake.memory;

import dev.longtake.film.Film;
import dev.longtake.film.FilmId;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.util.List;
import java.util.Optional;

/** Which films belong to whom. A film's id says when it was born, so the order of the ids is that of time. */
final class OwnedFilms {

    private final RedisConnections redis;

    OwnedFilms(RedisConnections redis) {
        this.redis = redis;
    }

    Future<Void> add(String owner, FilmId id) {
        return redis.send(Request.cmd(Command.ZADD).arg(FilmKeys.owner(owner)).arg(0).arg(id.value())).mapEmpty();
    }

    Future<Void> remove(String owner, FilmId id) {
        return redis.send(Request.cmd(Command.ZREM).arg(FilmKeys.owner(owner)).arg(id.value())).mapEmpty();
    }

    /** Newest first. A film that was listed but then not created is left out. */
    Future<List<Film>> list(String owner, int limit, Optional<FilmId> before) {
        String newest = before.map(id -> "(" + id).orElse("+");
        return redis.send(Request.cmd(Command.ZRANGE)
                        .arg(FilmKeys.owner(owner)).arg(newest).arg("-").arg("BYLEX").arg("REV")
                        .arg("LIMIT").arg(0).arg(limit))
                .compose(ids -> Future.all(ids.stream().map(id -> find(new FilmId(id.toString()))).toList()))
                .map(found -> found.<Optional<Film>>list().stream().flatMap(Optional::stream).toList());
    }

    private Future<Optional<Film>> find(FilmId id) {
        return redis.send(Request.cmd(Command.HGETALL).arg(FilmKeys.film(id)))
                .map(hash -> FilmRecord.read(id, hash).filter(FilmRecord::kept).map(FilmRecord::film));
    }
}
