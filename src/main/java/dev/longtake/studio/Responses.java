package dev.longtake.studio;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

/** Writes the usual responses. */
final class Responses {

    private static final String WITNESS = "longtake.witness";

    private Responses() { }

    /** Sees an answer before it is written. */
    @FunctionalInterface
    interface Witness {
        Future<Void> see(String type, Buffer content);
    }

    /** The answer to a request is written once {@code witness} has seen it. */
    static void witness(RoutingContext rc, Witness witness) {
        rc.put(WITNESS, witness);
    }

    /** Ends the response with {@code value} as JSON; the status stays as it was set. */
    static Future<Void> json(RoutingContext rc, Object value) {
        return bytes(rc, "application/json", Buffer.buffer(Json.write(value)));
    }

    static Future<Void> empty(RoutingContext rc) {
        return rc.response().setStatusCode(204).end();
    }

    static Future<Void> html(RoutingContext rc, Buffer page) {
        return bytes(rc, "text/html; charset=utf-8", page);
    }

    /** Ends the response with {@code content}, which must be asked for again next time. */
    static Future<Void> bytes(RoutingContext rc, String type, Buffer content) {
        Witness witness = rc.remove(WITNESS);
        Future<Void> seen = witness == null ? Future.succeededFuture() : witness.see(type, content);
        return seen.compose(done -> {
            HttpServerResponse response = rc.response().putHeader(HttpHeaders.CACHE_CONTROL, "private, no-cache");
            if (reads(rc) && response.getStatusCode() == 200 && !response.headers().contains(HttpHeaders.ETAG)) {
                String tag = Tags.of(content);
                response.putHeader(HttpHeaders.ETAG, tag);
                if (Tags.match(rc.request().getHeader(HttpHeaders.IF_NONE_MATCH), tag)) {
                    return response.setStatusCode(304).end();
                }
            }
            return response.putHeader(HttpHeaders.CONTENT_TYPE, type).end(content);
        });
    }

    private static boolean reads(RoutingContext rc) {
        return rc.request().method() == HttpMethod.GET || rc.request().method() == HttpMethod.HEAD;
    }
}
