package dev.longtake.studio;

import dev.longtake.film.InvalidFieldException;
import dev.longtake.memory.ApiKeys;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;

/** API keys over REST. Only people, by their cookie, make and revoke them: a key that leaked can't make others. */
final class KeyApi {

    private static final int MOST_KEYS = 50;

    private final ApiKeys keys;
    private final Owners owners;

    KeyApi(ApiKeys keys, Owners owners) {
        this.keys = keys;
        this.owners = owners;
    }

    /** Body of {@code POST /api/keys}. */
    record NewKey(String name) { }

    /**
     * A key as the API shows it.
     *
     * @param prefix   the first characters of the key
     * @param lastUsed ISO 8601, UTC, like {@code createdAt}; null if never
     * @param key      the secret itself; null except right after it was made
     */
    record KeyView(String id, String name, String prefix, String createdAt, String lastUsed, String key) {

        static KeyView of(ApiKeys.ApiKey key, String secret) {
            return new KeyView(key.id(), key.name(), key.prefix(), key.created().toString(),
                    key.used().map(Object::toString).orElse(null), secret);
        }
    }

    /** All keys of an owner. */
    record KeyList(List<KeyView> keys) { }

    Future<?> create(RoutingContext rc) {
        requireCookie(rc);
        String name = Json.read(rc.body().buffer(), NewKey.class).name().strip();
        if (name.isEmpty()) {
            throw new InvalidFieldException("name", name, "a name by which you know the key again");
        }
        String owner = owners.welcome(rc);
        return keys.count(owner).compose(count -> {
            if (count >= MOST_KEYS) {
                throw Problem.conflict("You have " + count + " keys, which is as many as there may be; revoke one.")
                        .asException();
            }
            return keys.create(owner, name);
        }).compose(made -> {
            rc.response().setStatusCode(201);
            return Responses.json(rc, KeyView.of(made.key(), made.secret()));
        });
    }

    Future<?> list(RoutingContext rc) {
        Optional<String> owner = owners.find(rc);
        Future<List<ApiKeys.ApiKey>> mine =
                owner.isEmpty() ? Future.succeededFuture(List.of()) : keys.list(owner.get());
        return mine.compose(found ->
                Responses.json(rc, new KeyList(found.stream().map(key -> KeyView.of(key, null)).toList())));
    }

    Future<?> revoke(RoutingContext rc) {
        requireCookie(rc);
        ProblemException unknown = Problem.notFound("key").asException();
        return owners.find(rc)
                .map(owner -> keys.revoke(owner, rc.pathParam("key")))
                .orElseGet(() -> Future.succeededFuture(false))
                .compose(revoked -> revoked ? Responses.empty(rc) : Future.failedFuture(unknown));
    }

    private static void requireCookie(RoutingContext rc) {
        if (Owners.byKey(rc)) {
            throw Problem.of(403, "people-only", "Not by a key",
                    "Keys are made and revoked by people: use the studio's page, or the cookie.").asException();
        }
    }
}
