package dev.longtake.studio;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;

/**
 * Pages link to each other relatively, but {@code Location} headers are written as if the studio were at the root of
 * its host. Where people find it below a path, because a proxy takes that path off, they get the path here.
 */
final class BasePath implements Handler<RoutingContext> {

    private final String base;

    /** @param base empty, or a path without a slash at the end */
    BasePath(String base) {
        this.base = base;
    }

    @Override
    public void handle(RoutingContext rc) {
        if (!base.isEmpty()) {
            rc.addHeadersEndHandler(headers -> {
                String location = rc.response().headers().get(HttpHeaders.LOCATION);
                if (location != null && location.startsWith("/")) {
                    rc.response().putHeader(HttpHeaders.LOCATION, base + location);
                }
            });
        }
        rc.next();
    }
}
