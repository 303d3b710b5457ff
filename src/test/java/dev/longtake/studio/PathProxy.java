package dev.longtake.studio;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpServer;
import io.vertx.httpproxy.HttpProxy;
import io.vertx.httpproxy.ProxyContext;
import io.vertx.httpproxy.ProxyInterceptor;
import io.vertx.httpproxy.ProxyResponse;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A site with a studio below one of its paths: takes the path off and passes everything on, WebSockets, too. */
public final class PathProxy implements AutoCloseable {

    private final Vertx vertx = Vertx.vertx();
    private final List<String> strays = new CopyOnWriteArrayList<>();
    private final String path;
    private final int port;
    private volatile int studio;

    /** @param path begins with a slash and does not end with one */
    public PathProxy(String path) {
        this.path = path;
        HttpClient client = vertx.createHttpClient();
        HttpProxy proxy = HttpProxy.reverseProxy(client)
                .origin(context -> client.request(
                        context.request().getMethod(), studio, "127.0.0.1", context.request().getURI()))
                .addInterceptor(new Stripping(), true);
        HttpServer server = Studio.await(vertx.createHttpServer().requestHandler(request -> {
            if (request.path().startsWith(path + "/")) {
                proxy.handle(request);
            } else {
                strays.add(request.method() + " " + request.uri());
                request.response().setStatusCode(418).end("another site");
            }
        }).listen(0, "127.0.0.1"));
        port = server.actualPort();
    }

    /** Says on which port of this machine the studio is. */
    public void leadTo(int studioPort) {
        studio = studioPort;
    }

    /** Where people find the studio, without a slash at the end. */
    public String url() {
        return "http://127.0.0.1:" + port + path;
    }

    /** What was asked for outside the path. */
    public List<String> strays() {
        return List.copyOf(strays);
    }

    @Override
    public void close() {
        Studio.await(vertx.close());
    }

    private final class Stripping implements ProxyInterceptor {

        @Override
        public Future<ProxyResponse> handleProxyRequest(ProxyContext context) {
            context.request().setURI(context.request().getURI().substring(path.length()));
            return context.sendRequest();
        }
    }
}
