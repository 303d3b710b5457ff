package dev.longtake.memory;

import dev.longtake.film.FilmId;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * Links that let anyone watch a film. One that has expired is kept until its film is deleted, so that its maker can
 * let it live on. Safe to use from any thread.
 */
public final class ShareLinks {

    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_-]{22}");
    private static final int TOKEN_BYTES = 16;
    private static final Script READ = new Script("share.lua");
    private static final Script CHANGE = new Script("reshare.lua");
    private static final Script VIEW = new Script("view.lua");

    private final RedisConnections redis;
    private final NewsWire news;
    private final SecureRandom random = new SecureRandom();

    ShareLinks(RedisConnections redis, NewsWire news) {
        this.redis = redis;
        this.news = news;
    }

    /** Fails with {@link UnknownFilmException} if there is no such film. */
    public Future<ShareLink> create(FilmId film, ShareTerms terms) {
        byte[] bytes = new byte[TOKEN_BYTES];
        random.nextBytes(bytes);
        String token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        ShareLink link = new ShareLink(token, film, terms, now());
        Request write = Request.cmd(Command.HSET).arg(FilmKeys.share(token));
        pairs(link).forEach(write::arg);
        // The film's list first: deleting the film then finds every token that works.
        return requireFilm(film)
                .compose(exists -> redis.send(Request.cmd(Command.SADD).arg(FilmKeys.shares(film)).arg(token)))
                .compose(added -> redis.send(write))
                .map(link);
    }

    private Future<Void> requireFilm(FilmId film) {
        return exists(film).compose(exists ->
                exists ? Future.succeededFuture() : Future.failedFuture(new UnknownFilmException(film)));
    }

    private Future<Boolean> exists(FilmId film) {
        return redis.send(Request.cmd(Command.EXISTS).arg(FilmKeys.film(film))).map(count -> count.toInteger() == 1);
    }

    /**
     * The link that shows something now; empty if its token was never given out, it was revoked or has expired, or
     * its film was deleted.
     */
    public Future<Optional<ShareLink>> resolve(String token) {
        return find(token).map(link -> link.filter(one -> one.terms().openAt(Instant.now())));
    }

    /** The link, also if it has expired; empty if it was never given out or revoked, or its film was deleted. */
    public Future<Optional<ShareLink>> find(String token) {
        return read(token).compose(link -> link.isEmpty()
                ? Future.succeededFuture(link)
                : exists(link.get().film()).map(exists -> link.filter(one -> exists)));
    }

    private Future<Optional<ShareLink>> read(String token) {
        if (token == null || !TOKEN.matcher(token).matches()) {
            return Future.succeededFuture(Optional.empty());
        }
        // Any film will do, its field is left out.
        List<String> usual = pairs(new ShareLink(token, FilmId.create(), ShareTerms.USUAL, now()));
        return READ.run(redis, List.of(FilmKeys.share(token)), usual.subList(2, usual.size()))
                .map(hash -> ShareLink.read(token, hash));
    }

    /** The links of a film, expired ones too, newest first. */
    public Future<List<ShareLink>> list(FilmId film) {
        return redis.send(Request.cmd(Command.SMEMBERS).arg(FilmKeys.shares(film)))
                .compose(tokens -> Future.all(tokens.stream().map(token -> read(token.toString())).toList()))
                .map(links -> links.<Optional<ShareLink>>list().stream()
                        .flatMap(Optional::stream)
                        .sorted(Comparator.comparing(ShareLink::createdAt).reversed()
                                .thenComparing(ShareLink::token))
                        .toList());
    }

    /** Gives a link other terms, at once for those who watch; empty if there is no such link (any more). */
    public Future<Optional<ShareLink>> change(String token, UnaryOperator<ShareTerms> change) {
        return find(token).compose(found -> {
            if (found.isEmpty()) {
                return Future.succeededFuture(found);
            }
            ShareLink old = found.get();
            ShareLink link = new ShareLink(token, old.film(), change.apply(old.terms()), old.createdAt());
            List<String> arguments = new ArrayList<>(List.of(FilmKeys.shareNews(token)));
            arguments.addAll(pairs(link));
            return CHANGE.run(redis, List.of(FilmKeys.share(token)), arguments)
                    .map(changed -> changed.toInteger() == 1 ? Optional.of(link) : Optional.empty());
        });
    }

    /** Makes a token worthless, at once for those who watch; harmless if it is already. */
    public Future<Void> revoke(String token) {
        return read(token).compose(link ->
                link.isEmpty() ? Future.succeededFuture() : revoke(token, link.get().film()));
    }

    private Future<Void> revoke(String token, FilmId film) {
        return forget(token)
                .compose(gone -> redis.send(Request.cmd(Command.SREM).arg(FilmKeys.shares(film)).arg(token)))
                .mapEmpty();
    }

    private Future<Void> forget(String token) {
        return redis.send(Request.cmd(Command.DEL).arg(FilmKeys.share(token)).arg(FilmKeys.shareViews(token)))
                .compose(gone -> redis.send(
                        Request.cmd(Command.PUBLISH).arg(FilmKeys.shareNews(token)).arg("revoked")))
                .mapEmpty();
    }

    /** Forgets every token of a film. */
    Future<Void> revokeAll(FilmId film) {
        return redis.send(Request.cmd(Command.SMEMBERS).arg(FilmKeys.shares(film)))
                .compose(tokens -> Future.join(tokens.stream().map(token -> forget(token.toString())).toList()))
                .mapEmpty();
    }

    /**
     * Counts somebody who looked at a link; who did so before counts no more. No effect if there is no such link.
     *
     * @param visitor what tells people apart; it goes into a sketch (HyperLogLog) from which it can't be read again
     */
    public Future<Void> countView(String token, String visitor) {
        return VIEW.run(redis, List.of(FilmKeys.share(token), FilmKeys.shareViews(token)), List.of(visitor)).mapEmpty();
    }

    /** How many people looked at a link: exact for a few, within about 1 % for very many. */
    public Future<Long> views(String token) {
        return redis.send(Request.cmd(Command.PFCOUNT).arg(FilmKeys.shareViews(token))).map(count -> count.toLong());
    }

    /**
     * Calls {@code changed} on the current context when a link is changed or revoked, and once when it is being
     * watched. What happens while Redis is away is missed.
     */
    public Subscription watch(String token, Runnable changed) {
        Context context = redis.vertx().getOrCreateContext();
        return news.listen(FilmKeys.shareNews(token), new NewsWire.Listener() {

            private boolean watched;

            @Override
            public void onMessage(Buffer message) {
                context.runOnContext(go -> changed.run());
            }

            /** Comes for everyone who begins to watch, too, and they may be many. */
            @Override
            public void onConnected() {
                if (!watched) {
                    watched = true;
                    context.runOnContext(go -> changed.run());
                }
            }
        });
    }

    /** Redis and JSON keep no more than this. */
    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }

    private static List<String> pairs(ShareLink link) {
        List<String> pairs = new ArrayList<>();
        link.fields().forEach((field, value) -> {
            pairs.add(field);
            pairs.add(value);
        });
        return pairs;
    }
}
