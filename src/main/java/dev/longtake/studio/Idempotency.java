package dev.longtake.studio;

import dev.longtake.memory.Answers;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import io.vertx.openapi.contract.Location;
import io.vertx.openapi.contract.Operation;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Does what a request asks for once, however often it comes with the same {@code Idempotency-Key}: whoever repeats it
 * gets the first answer again. Refusals are not remembered. For those whom the studio knows; a stranger can't be told
 * from another.
 */
final class Idempotency {

    static final String HEADER = "Idempotency-Key";

    private static final long POLL_MILLIS = 100;
    private static final int MOST_POLLS = 100;

    private final Vertx vertx;
    private final Answers answers;
    private final Owners owners;

    Idempotency(Vertx vertx, Answers answers, Owners owners) {
        this.vertx = vertx;
        this.answers = answers;
        this.owners = owners;
    }

    /** Somebody's key, and the fingerprint of the request that it came with. */
    private record Claim(String owner, String key, String request) { }

    /** Whether the contract gives an operation an idempotency key. */
    static boolean concerns(Operation operation) {
        return operation.getParameters().stream().anyMatch(parameter ->
                parameter.getIn() == Location.HEADER && parameter.getName().equalsIgnoreCase(HEADER));
    }

    /** {@code action}, but only once for each key. */
    Routes.Action once(Routes.Action action) {
        return rc -> {
            String key = rc.request().getHeader(HEADER);
            Optional<String> owner = owners.find(rc);
            return key == null || owner.isEmpty()
                    ? action.run(rc)
                    : fingerprint(rc).compose(request -> enter(rc, new Claim(owner.get(), key, request), action, 0));
        };
    }

    private Future<Void> enter(RoutingContext rc, Claim claim, Routes.Action action, int polls) {
        return answers.claim(claim.owner(), claim.key(), claim.request()).compose(known -> {
            if (known.isEmpty()) {
                return work(rc, claim, action);
            }
            if (!known.get().request().equals(claim.request())) {
                throw Problem.of(422, "key-used-otherwise", "Another request",
                        "This Idempotency-Key came with another request before; take a new one for each.")
                        .asException();
            }
            return known.get().answer().isPresent()
                    ? replay(rc, known.get().answer().get())
                    : waitFor(rc, claim, action, polls);
        });
    }

    /** What is done is remembered even if nobody waits for the answer any more. */
    private Future<Void> work(RoutingContext rc, Claim claim, Routes.Action action) {
        AtomicBoolean kept = new AtomicBoolean();
        Responses.witness(rc, (type, content) -> answers.keep(claim.owner(), claim.key(), claim.request(),
                        new JsonObject()
                                .put("status", rc.response().getStatusCode())
                                .put("location", rc.response().headers().get(HttpHeaders.LOCATION))
                                .put("type", type)
                                .put("body", content.toString()))
                .onSuccess(done -> kept.set(true)));
        Future<?> done;
        try {
            done = action.run(rc);
        } catch (RuntimeException e) {
            done = Future.failedFuture(e);
        }
        return done.<Void>mapEmpty().onComplete(ended -> {
            if (!kept.get()) {
                answers.forget(claim.owner(), claim.key());
            }
        });
    }

    /** The same request is being worked on at this moment. */
    private Future<Void> waitFor(RoutingContext rc, Claim claim, Routes.Action action, int polls) {
        if (polls >= MOST_POLLS) {
            return Future.failedFuture(Problem.conflict("The first request with this Idempotency-Key is still being"
                    + " worked on.").asException(Duration.ofSeconds(2)));
        }
        Promise<Void> later = Promise.promise();
        vertx.setTimer(POLL_MILLIS, timer -> later.complete());
        return later.future().compose(woken -> enter(rc, claim, action, polls + 1));
    }

    private static Future<Void> replay(RoutingContext rc, JsonObject answer) {
        rc.response().setStatusCode(answer.getInteger("status")).putHeader("Idempotency-Replayed", "true");
        if (answer.getString("location") != null) {
            rc.response().putHeader(HttpHeaders.LOCATION, answer.getString("location"));
        }
        return Responses.bytes(rc, answer.getString("type"), Buffer.buffer(answer.getString("body")));
    }

    /** Large bodies are read beside the event loop. */
    private Future<String> fingerprint(RoutingContext rc) {
        String what = rc.request().method() + " " + rc.normalizedPath() + "\n";
        Buffer body = rc.body().buffer();
        return body == null || body.length() <= Operations.LARGEST_BODY
                ? Future.succeededFuture(fingerprint(what, body))
                : vertx.executeBlocking(() -> fingerprint(what, body));
    }

    private static String fingerprint(String what, Buffer body) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(what.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(sha.digest(body == null ? new byte[0] : body.getBytes()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
