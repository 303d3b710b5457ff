package dev.longtake.studio;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * Tells browsers by a tag which version of a file of the page they get, so that they ask for it again only when it
 * has changed. The files are those of the program and don't change while it runs.
 */
final class FileTags implements Handler<RoutingContext> {

    private static final Pattern FILE = Pattern.compile("/(?:[\\w-]+/)*[\\w-][\\w.-]*");

    private final Vertx vertx;
    private final String root;
    private final Map<String, String> tags = new ConcurrentHashMap<>();

    FileTags(Vertx vertx, String root) {
        this.vertx = vertx;
        this.root = root;
    }

    @Override
    public void handle(RoutingContext rc) {
        rc.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-cache");
        String path = rc.normalizedPath();
        if (!FILE.matcher(path).matches()) {
            rc.next();
            return;
        }
        tag(path).onSuccess(tag -> {
            rc.response().putHeader(HttpHeaders.ETAG, tag);
            if (Tags.match(rc.request().getHeader(HttpHeaders.IF_NONE_MATCH), tag)) {
                rc.response().setStatusCode(304).end();
            } else {
                rc.next();
            }
        }).onFailure(missing -> rc.next());
    }

    private Future<String> tag(String path) {
        String known = tags.get(path);
        return known != null
                ? Future.succeededFuture(known)
                : vertx.fileSystem().readFile(root + path).map(Tags::of).onSuccess(tag -> tags.put(path, tag));
    }
}
