package dev.longtake.studio;

import dev.longtake.memory.ApiKeys;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import io.vertx.openapi.contract.Operation;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What every request for an operation must pass before anything is done: a program shows its key, a browser must not
 * have been sent by another site, and nobody asks for more than the limits allow.
 */
final class Gate implements Operations.Guard {

    private static final Pattern BEARER = Pattern.compile("Bearer\\b *(.*)", Pattern.CASE_INSENSITIVE);
    private static final String API = "/api/";

    private final Site site;
    private final ApiKeys keys;
    private final Allowances allowances;
    private final Idempotency idempotency;

    Gate(Site site, ApiKeys keys, Allowances allowances, Idempotency idempotency) {
        this.site = site;
        this.keys = keys;
        this.allowances = allowances;
        this.idempotency = idempotency;
    }

    @Override
    public Future<?> admit(RoutingContext rc, Operation operation) {
        boolean api = operation.getOpenAPIPath().startsWith(API);
        return (api ? signIn(rc) : Future.succeededFuture())
                .compose(signedIn -> {
                    // A browser sends cookies by itself, whoever tells it to; it never sends a key.
                    if (operation.getHttpMethod() != HttpMethod.GET && !Owners.byKey(rc)) {
                        site.requireOwnOrigin(rc.request());
                    }
                    return api ? allowances.request(rc) : Future.succeededFuture();
                });
    }

    @Override
    public Routes.Action around(Operation operation, Routes.Action action) {
        return Idempotency.concerns(operation) ? idempotency.once(action) : action;
    }

    private Future<Void> signIn(RoutingContext rc) {
        String header = rc.request().getHeader(HttpHeaders.AUTHORIZATION);
        if (header == null) {
            return Future.succeededFuture();
        }
        Matcher bearer = BEARER.matcher(header);
        if (!bearer.matches()) {
            // Meant for a proxy, such as Basic.
            return Future.succeededFuture();
        }
        return keys.resolve(bearer.group(1)).compose(owner -> {
            owner.ifPresent(known -> Owners.signIn(rc, known));
            return owner.isPresent() ? Future.succeededFuture() : refuse(rc);
        });
    }

    private static Future<Void> refuse(RoutingContext rc) {
        rc.response().putHeader("WWW-Authenticate", "Bearer");
        return Future.failedFuture(Problem.of(401, "unknown-key", "Unknown key",
                "The Authorization header must be \"Bearer\" and a key of this studio that was not revoked.")
                .asException());
    }
}
