package dev.longtake.studio;

import dev.longtake.memory.Memory;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Opens live sockets and looks after them. Used on one event loop. */
final class LiveApi {

    private static final long CHECK_MILLIS = 20_000;

    private final Memory memory;
    private final FilmViews views;
    private final Site site;
    private final Set<LiveSocket> sockets = new HashSet<>();

    LiveApi(Vertx vertx, Memory memory, FilmViews views, Site site, MeterRegistry metrics) {
        this.memory = memory;
        this.views = views;
        this.site = site;
        metrics.gaugeCollectionSize("longtake.live.sockets", List.of(), sockets);
        vertx.setPeriodic(CHECK_MILLIS, timer -> List.copyOf(sockets).forEach(LiveSocket::check));
    }

    Routes.Action through(FilmAccess access) {
        return rc -> open(rc, access);
    }

    private Future<?> open(RoutingContext rc, FilmAccess access) {
        if (!rc.request().canUpgradeToWebSocket()) {
            rc.response().putHeader("Upgrade", "websocket").putHeader("Connection", "Upgrade");
            throw Problem.of(426, "websocket-only", "Upgrade required", "This address speaks WebSocket only.")
                    .asException();
        }
        site.requireOwnOrigin(rc.request());
        int first = Inputs.number("chunk", rc.request().getParam("chunk"), 0, 0, Integer.MAX_VALUE);
        Optional<String> from = Optional.ofNullable(rc.request().getParam("from"));
        FilmAccess.Ticket ticket = access.ticket(rc);
        // What arrives while the film is looked up must wait for the socket.
        rc.request().pause();
        return ticket.load().compose(film -> rc.request().toWebSocket().onSuccess(socket -> {
            LiveSocket live = new LiveSocket(socket, memory, views, ticket, film, first);
            sockets.add(live);
            live.start(from, () -> sockets.remove(live));
        })).onFailure(reason -> rc.request().resume());
    }

    /** Says goodbye to everyone. */
    void close() {
        List.copyOf(sockets).forEach(socket -> socket.close(LiveSocket.GOING_AWAY, "the studio closes"));
    }
}
