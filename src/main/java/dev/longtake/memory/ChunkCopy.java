package dev.longtake.memory;

import dev.longtake.film.FilmId;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.function.Function;

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
        return pages(0, chunks, page -> fields(FilmKeys.snapshots(from), FilmKeys.snapshots(to), page)
                        .compose(copied -> copied
                                ? fields(FilmKeys.segments(from), FilmKeys.segments(to), page)
                                : Future.succeededFuture(false)))
                .compose(copied -> copied && chunks > 0
                        ? fields(FilmKeys.media(from), FilmKeys.media(to), FilmRules.INIT, FilmRules.POSTER)
                        : Future.succeededFuture(copied))
                .compose(copied -> copied
                        ? Future.succeededFuture()
                        : Future.failedFuture(new UnknownFilmException(from)));
    }

    /** The picture that the film begins with, if it has one. */
    Future<Void> copyImage(FilmId from, FilmId to) {
        return fields(FilmKeys.media(from), FilmKeys.media(to), FilmRules.IMAGE).mapEmpty();
    }

    /** @return whether {@code from} had them all; if not, {@code to} has none of them either */
    Future<Boolean> copyEnhanced(FilmId from, FilmId to, int chunks) {
        return pages(0, chunks, page -> fields(FilmKeys.enhanced(from), FilmKeys.enhanced(to), page))
                .compose(copied -> copied && chunks > 0
                        ? fields(FilmKeys.media(from), FilmKeys.media(to), EnhancementRules.INIT)
                        : Future.succeededFuture(copied))
                .compose(copied -> copied
                        ? Future.succeededFuture(true)
                        : dropEnhanced(to).map(false));
    }

    Future<Void> dropEnhanced(FilmId id) {
        return redis.send(Request.cmd(Command.UNLINK).arg(FilmKeys.enhanced(id)))
                .compose(gone -> redis.send(Request.cmd(Command.HDEL)
                        .arg(FilmKeys.media(id)).arg(EnhancementRules.INIT)))
                .mapEmpty();
    }

    private static Future<Boolean> pages(int first, int chunks, Function<String[], Future<Boolean>> copy) {
        if (first >= chunks) {
            return Future.succeededFuture(true);
        }
        String[] page = new String[Math.min(PAGE, chunks - first)];
        for (int i = 0; i < page.length; i++) {
            page[i] = Integer.toString(first + i);
        }
        return copy.apply(page).compose(copied -> copied
                ? pages(first + PAGE, chunks, copy)
                : Future.succeededFuture(false));
    }

    /** @return whether all of them were there */
    private Future<Boolean> fields(String from, String to, String... fields) {
        Request read = Request.cmd(Command.HMGET).arg(from);
        for (String field : fields) {
            read.arg(field);
        }
        return redis.send(read).compose(values -> {
            Request write = Request.cmd(Command.HSET).arg(to);
            for (int i = 0; i < fields.length; i++) {
                Response value = values.get(i);
                if (value == null) {
                    return Future.succeededFuture(false);
                }
                write.arg(fields[i]).arg(value.toBuffer());
            }
            return redis.send(write).map(true);
        });
    }
}
