package dev.longtake.memory;

import dev.longtake.film.FilmId;
import dev.longtake.film.Lineage;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.util.List;

/** Which films are takes of which. A tree that was never forked is not written down. */
final class Takes {

    private static final int MOST = 1_000;

    private final RedisConnections redis;

    Takes(RedisConnections redis) {
        this.redis = redis;
    }

    /** The first parent in a tree is its root. */
    Future<Void> add(FilmId take, Lineage lineage) {
        return lineage.parent().isEmpty()
                ? Future.succeededFuture()
                : redis.send(Request.cmd(Command.ZADD).arg(FilmKeys.takes(lineage.root()))
                        .arg(0).arg(lineage.parent().get().value())
                        .arg(0).arg(take.value()))
                        .mapEmpty();
    }

    Future<Void> remove(FilmId take, Lineage lineage) {
        return redis.send(Request.cmd(Command.ZREM).arg(FilmKeys.takes(lineage.root())).arg(take.value())).mapEmpty();
    }

    /** The whole tree, oldest first; at most {@value #MOST} films. One that was not created in the end may be there. */
    Future<List<FilmId>> list(FilmId root) {
        return redis.send(Request.cmd(Command.ZRANGE).arg(FilmKeys.takes(root)).arg(0).arg(MOST - 1))
                .map(ids -> ids.stream().map(id -> new FilmId(id.toString())).toList());
    }
}
