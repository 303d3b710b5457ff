package dev.longtake.studio;

import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import io.vertx.openapi.contract.Operation;

/** What every request for an operation must pass before anything is done. */
final class Gate implements Operations.Guard {

    private final Site site;

    Gate(Site site) {
        this.site = site;
    }

    @Override
    public Future<?> admit(RoutingContext rc, Operation operation) {
        if (operation.getHttpMethod() != HttpMethod.GET) {
            site.requireOwnOrigin(rc.request());
        }
        return Future.succeededFuture();
    }
}
