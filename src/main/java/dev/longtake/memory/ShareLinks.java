package dev.longtake.memory;

import dev.longtake.film.FilmId;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;

/** Links that let anyone watch a film. Safe to use from any thread. */
public final class ShareLinks {

    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_-]{22}");
    private static final int TOKEN_BYTES = 16;

    private final RedisConnections redis;
    private final SecureRandom random = new SecureRandom();

    ShareLinks(RedisConnections redis) {
        this.redis = redis;
    }

    /** @return a token of 128 random bits, 22 characters that are safe in URLs */
    public Future<String> create(FilmId film) {
        byte[] bytes = new byte[TOKEN_BYTES];
        random.nextBytes(bytes);
        String token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        // The film's list first: deleting the film then finds every token that works.
        return requireFilm(film)
                .compose(exists -> redis.send(Request.cmd(Command.SADD).arg(FilmKeys.shares(film)).arg(token)))
                .compose(added -> redis.send(
                        Request.cmd(Command.SET).arg(FilmKeys.share(token)).arg(film.value())))
                .map(token);
    }

    private Future<Void> requireFilm(FilmId film) {
        return exists(film).compose(exists ->
                exists ? Future.succeededFuture() : Future.failedFuture(new UnknownFilmException(film)));
    }

    private Future<Boolean> exists(FilmId film) {
        return redis.send(Request.cmd(Command.EXISTS).arg(FilmKeys.film(film))).map(count -> count.toInteger() == 1);
    }

    /** The film a token stands for; empty if it was never given out, was revoked or its film was deleted. */
    public Future<Optional<FilmId>> resolve(String token) {
        return find(token).compose(film -> film.isEmpty()
                ? Future.succeededFuture(film)
                : exists(film.get()).map(exists -> film.filter(id -> exists)));
    }

    private Future<Optional<FilmId>> find(String token) {
        if (token == null || !TOKEN.matcher(token).matches()) {
            return Future.succeededFuture(Optional.empty());
        }
        return redis.send(Request.cmd(Command.GET).arg(FilmKeys.share(token)))
                .map(film -> Optional.ofNullable(film).map(value -> new FilmId(value.toString())));
    }

    /** Makes a token worthless; harmless if it is already. */
    public Future<Void> revoke(String token) {
        return find(token).compose(film -> film.isEmpty() ? Future.succeededFuture() : revoke(token, film.get()));
    }

    private Future<Void> revoke(String token, FilmId film) {
        return redis.send(Request.cmd(Command.DEL).arg(FilmKeys.share(token)))
                .compose(gone -> redis.send(Request.cmd(Command.SREM).arg(FilmKeys.shares(film)).arg(token)))
                .mapEmpty();
    }

    /** Forgets every token of a film. */
    Future<Void> revokeAll(FilmId film) {
        return redis.send(Request.cmd(Command.SMEMBERS).arg(FilmKeys.shares(film)))
                .compose(tokens -> Future.join(tokens.stream()
                        .map(token -> redis.send(
                                Request.cmd(Command.DEL).arg(FilmKeys.share(token.toString()))))
                        .toList()))
                .mapEmpty();
    }
}
