package dev.longtake.memory;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.time.Duration;
import java.util.Optional;

/**
 * Answers that were given to requests with an idempotency key, to be given again. Safe to use from any thread.
 */
public final class Answers {

    private static final Duration KEPT = Duration.ofHours(24);
    /** A request whose studio died is not waited for any longer. */
    private static final Duration LONGEST_WORK = Duration.ofMinutes(1);

    private final RedisConnections redis;

    Answers(RedisConnections redis) {
        this.redis = redis;
    }

    /**
     * What is known of a key.
     *
     * @param request fingerprint of the request that used it first
     * @param answer  what was answered; empty while the request is being worked on
     */
    public record Known(String request, Optional<JsonObject> answer) { }

    /**
     * Takes a key for a request.
     *
     * @return empty if the key is new and now belongs to this request, which must {@link #keep} or {@link #forget} it;
     *     else what is known of it
     */
    public Future<Optional<Known>> claim(String owner, String key, String request) {
        String name = name(owner, key);
        return redis.send(Request.cmd(Command.SET).arg(name).arg(encode(request, null)).arg("NX")
                        .arg("PX").arg(LONGEST_WORK.toMillis()))
                .compose(set -> set != null
                        ? Future.succeededFuture(Optional.empty())
                        : redis.send(Request.cmd(Command.GET).arg(name)).compose(known -> known == null
                                // It ran out in this very moment.
                                ? claim(owner, key, request)
                                : Future.succeededFuture(Optional.of(decode(known.toString())))));
    }

    /** Remembers what a request was answered, for {@code 24} hours. */
    public Future<Void> keep(String owner, String key, String request, JsonObject answer) {
        return redis.send(Request.cmd(Command.SET).arg(name(owner, key)).arg(encode(request, answer))
                .arg("PX").arg(KEPT.toMillis())).mapEmpty();
    }

    /** A request came to nothing: its key may be used again. */
    public Future<Void> forget(String owner, String key) {
        return redis.send(Request.cmd(Command.DEL).arg(name(owner, key))).mapEmpty();
    }

    private static String encode(String request, JsonObject answer) {
        return new JsonObject().put("request", request).put("answer", answer).encode();
    }

    private static Known decode(String text) {
        JsonObject json = new JsonObject(text);
        return new Known(json.getString("request"), Optional.ofNullable(json.getJsonObject("answer")));
    }

    private static String name(String owner, String key) {
        return "answer:{" + owner + "}:" + key;
    }
}
