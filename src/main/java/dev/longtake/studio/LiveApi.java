package dev.longtake.studio;

import dev.longtake.memory.Memory;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Opens live sockets and looks after them. Used on one event loop. */
final class LiveApi {

    private static final long CHECK_MILLIS = 20_000;

    private final Memory memory;
    private final FilmViews views;
    private final Site site;
    private final Allowances allowances;
    private final Map<LiveSocket, Allowances.Seat> sockets = new HashMap<>();

    LiveApi(Vertx vertx, Memory memory, FilmViews views, Site site, Allowances allowances, MeterRegistry metrics) {
        this.memory = memory;
        this.views = views;
        this.site = site;
        this.allowances = allowances;
        metrics.gaugeMapSize("longtake.live.sockets", List.of(), sockets);
        vertx.setPeriodic(CHECK_MILLIS, timer -> Map.copyOf(sockets).forEach((socket, seat) -> {
            socket.check();
            seat.keep();
        }));
    }

    Routes.Action through(FilmAccess access) {
        return rc -> open(rc, access);
    }

    private Future<?> open(RoutingContext rc, FilmAccess access) {
        if (!rc.request().canUpgradeToWebSocket()) {
            return refuse(rc, access);
        }
        // By a share link nobody gets more than the link shows, and frames without an origin of their own show it, too.
        if (!Owners.byKey(rc) && !(shared(rc) && Site.isOpaque(rc.request()))) {
            site.requireOwnOrigin(rc.request());
        }
        int first = Inputs.number("chunk", rc.request().getParam("chunk"), 0, 0, Integer.MAX_VALUE);
        int plain = Inputs.number("plain", rc.request().getParam("plain"), first, 0, Integer.MAX_VALUE);
        Optional<String> from = Optional.ofNullable(rc.request().getParam("from"));
        FilmAccess.Ticket ticket = access.ticket(rc);
        // What arrives while the film is looked up must wait for the socket.
        rc.request().pause();
        return ticket.look()
                .compose(sight -> seat(rc).compose(seat -> rc.request().toWebSocket()
                        .onSuccess(socket -> {
                            LiveSocket live = new LiveSocket(
                                    rc.vertx(), socket, memory, views, ticket, sight, first, plain);
                            sockets.put(live, seat);
                            live.start(from, () -> sockets.remove(live).close());
                        })
                        .onFailure(reason -> seat.close())))
                .onFailure(reason -> Operations.release(rc));
    }

    /** Browsers keep it from scripts why a socket was refused. Here they can ask. */
    private static Future<?> refuse(RoutingContext rc, FilmAccess access) {
        return access.ticket(rc).look().compose(film -> {
            rc.response().putHeader("Upgrade", "websocket").putHeader("Connection", "Upgrade");
            return Future.failedFuture(
                    Problem.of(426, "websocket-only", "Upgrade required", "This address speaks WebSocket only.")
                            .asException());
        });
    }

    /** Those who watch by a share link are not counted: that many may watch is what links are for. */
    private Future<Allowances.Seat> seat(RoutingContext rc) {
        return shared(rc) ? Future.succeededFuture(Allowances.UNCOUNTED) : allowances.socket(rc);
    }

    private static boolean shared(RoutingContext rc) {
        return !Operations.of(rc).getOpenAPIPath().startsWith("/api/");
    }

    /** Says goodbye to everyone. */
    void close() {
        List.copyOf(sockets.keySet()).forEach(socket -> socket.close(LiveSocket.GOING_AWAY, "the studio closes"));
    }
}
