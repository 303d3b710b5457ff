package dev.longtake.memory;

import dev.longtake.film.FilmId;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;

/**
 * Gives a take the chunks that it has in common with another film. They are copied, not shared: each film keeps all
 * that it needs under one hash tag, so either may be deleted, extended or moved without a thought for the other.
 */
final class ChunkCopy {

    /** A page of them is a few megabytes at most. */
    private static final int PAGE = 32;

    private final RedisConnections redis;

    ChunkCopy(RedisConnections redis) {
        this.redis = redis;
    }

    /** Fails with {@link UnknownFilmException} if {@code from} lacks one of them (it was deleted meanwhile). */
    Future<Void> copy(FilmId from, FilmId to, int chunks) {
        return page(from, to, 0, chunks).compose(copied -> chunks == 0
                ? Future.succeededFuture()
                : fields(from, FilmKeys.media(from), FilmKeys.media(to), FilmRules.INIT, FilmRules.POSTER));
    }

    private Future<Void> page(FilmId from, FilmId to, int first, int chunks) {
        if (first >= chunks) {
            return Future.succeededFuture();
        }
        String[] page = new String[Math.min(PAGE, chunks - first)];
        for (int i = 0; i < page.length; i++) {
            page[i] = Integer.toString(first + i);
        }
        return fields(from, FilmKeys.snapshots(from), FilmKeys.snapshots(to), page)
                .compose(copied -> fields(from, FilmKeys.segments(from), FilmKeys.segments(to), page))
                .compose(copied -> page(from, to, first + PAGE, chunks));
    }

    private Future<Void> fields(FilmId film, String from, String to, String... fields) {
        Request read = Request.cmd(Command.HMGET).arg(from);
        for (String field : fields) {
            read.arg(field);
        }
        return redis.send(read).compose(values -> {
            Request write = Request.cmd(Command.HSET).arg(to);
            for (int i = 0; i < fields.length; i++) {
                Response value = values.get(i);
                if (value == null) {
                    return Future.failedFuture(new UnknownFilmException(film));
                }
                write.arg(fields[i]).arg(value.toBuffer());
            }
            return redis.send(write).mapEmpty();
        });
    }
}
