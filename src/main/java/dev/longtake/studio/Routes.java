package dev.longtake.studio;

import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;
import java.util.TreeSet;

/** Adds the pages to a router: what people read. What programs ask for is in {@link Operations}. */
final class Routes {

    private final Router router;

    Routes(Router router) {
        this.router = router;
    }

    /** Answers a request. A failure, thrown or returned, becomes a problem response. */
    @FunctionalInterface
    interface Action {
        Future<?> run(RoutingContext rc);
    }

    /**
     * Adds a page.
     *
     * @throws IllegalArgumentException if the path is one that only the contract may give out
     */
    Routes page(String path, Action action) {
        if (path.startsWith("/api/")) {
            throw new IllegalArgumentException(path + " belongs into the contract");
        }
        router.route(HttpMethod.GET, path).method(HttpMethod.HEAD).handler(rc -> action.run(rc).onFailure(rc::fail));
        refuseOthers(router, path, new TreeSet<>(Set.of("GET", "HEAD")));
        return this;
    }

    /** Answers every other method of a path by 405 and the ones that it has. */
    static void refuseOthers(Router router, String path, TreeSet<String> methods) {
        String allow = String.join(", ", methods);
        router.route(path).handler(rc -> {
            rc.response().putHeader(HttpHeaders.ALLOW, allow);
            throw Problem.of(405, "method-not-allowed", "Method not allowed",
                    rc.request().method() + " is not possible here, only " + allow + ".").asException();
        });
    }
}
