package dev.longtake.studio;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.TreeSet;

/** Adds paths to a router; a method that a path does not have is answered by 405 and the ones it has. */
final class Routes {

    /** Larger than the longest request by far, even with a thousand prompts in its timeline. */
    static final long LARGEST_BODY = 1 << 20;

    private final Router router;
    private final Site site;
    private final BodyHandler body = BodyHandler.create(false).setBodyLimit(LARGEST_BODY);

    Routes(Router router, Site site) {
        this.router = router;
        this.site = site;
    }

    /** Answers a request. A failure, thrown or returned, becomes a problem response. */
    @FunctionalInterface
    interface Action {
        Future<?> run(RoutingContext rc);
    }

    /**
     * One method of a path.
     *
     * @param json whether it takes a JSON body
     */
    record Verb(HttpMethod method, Action action, boolean json) {

        static Verb get(Action action) {
            return new Verb(HttpMethod.GET, action, false);
        }

        static Verb post(Action action) {
            return new Verb(HttpMethod.POST, action, false);
        }

        static Verb postJson(Action action) {
            return new Verb(HttpMethod.POST, action, true);
        }

        static Verb delete(Action action) {
            return new Verb(HttpMethod.DELETE, action, false);
        }
    }

    Routes add(String path, Verb... verbs) {
        TreeSet<String> allowed = new TreeSet<>();
        for (Verb verb : verbs) {
            allowed.add(verb.method().name());
            if (verb.method() == HttpMethod.GET) {
                allowed.add(HttpMethod.HEAD.name());
                router.route(verb.method(), path).method(HttpMethod.HEAD).handler(handler(verb.action()));
            } else {
                // A route of its own: Vert.x wants body handlers to come first on theirs.
                router.route(verb.method(), path).handler(rc -> guard(rc, verb.json()));
                router.route(verb.method(), path).handler(body).handler(handler(verb.action()));
            }
        }
        refuseOthers(path, String.join(", ", allowed));
        return this;
    }

    /** Adds a path to read from whose handler ends the response by itself. */
    Routes add(String path, Handler<RoutingContext> reader) {
        router.route(HttpMethod.GET, path).method(HttpMethod.HEAD).handler(reader);
        refuseOthers(path, "GET, HEAD");
        return this;
    }

    private void refuseOthers(String path, String allow) {
        router.route(path).handler(rc -> {
            rc.response().putHeader(HttpHeaders.ALLOW, allow);
            throw Problem.of(405, "method-not-allowed", "Method not allowed",
                    rc.request().method() + " is not possible here, only " + allow + ".").asException();
        });
    }

    private static Handler<RoutingContext> handler(Action action) {
        return rc -> action.run(rc).onFailure(rc::fail);
    }

    private void guard(RoutingContext rc, boolean json) {
        site.requireOwnOrigin(rc.request());
        if (json) {
            requireJson(rc);
        }
        rc.next();
    }

    private static void requireJson(RoutingContext rc) {
        String type = rc.request().getHeader(HttpHeaders.CONTENT_TYPE);
        if (type == null || !type.split(";", 2)[0].strip().equalsIgnoreCase("application/json")) {
            throw Problem.of(415, "wrong-content-type", "Wrong content type",
                    "The body must be application/json, but is " + (type == null ? "of no type" : type) + ".")
                    .asException();
        }
    }
}
