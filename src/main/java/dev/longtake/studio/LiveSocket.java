package dev.longtake.studio;

import dev.longtake.film.Film;
import dev.longtake.film.FilmId;
import dev.longtake.film.InvalidFieldException;
import dev.longtake.memory.FilmEvent;
import dev.longtake.memory.Memory;
import dev.longtake.memory.Preview;
import dev.longtake.memory.ShareTerms;
import dev.longtake.memory.Subscription;
import dev.longtake.memory.UnknownFilmException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One watcher of a film: tells what happens to it and sends its pictures as they are made. Nothing is ever queued
 * for a watcher who does not keep up: segments wait for acknowledgements, only the latest preview is kept, and
 * instead of missed events the film's state is sent. Used on one event loop.
 */
final class LiveSocket {

    static final short GOING_AWAY = 1001;
    static final short INTERNAL_ERROR = 1011;
    static final short NOT_UNDERSTOOD = 4400;
    static final short FILM_GONE = 4404;

    private static final Logger LOG = LoggerFactory.getLogger(LiveSocket.class);
    private static final long NO_TIMER = -1;

    private final Vertx vertx;
    private final ServerWebSocket socket;
    private final Memory memory;
    private final FilmViews views;
    private final FilmAccess.Ticket ticket;
    private final Film film;
    private final Outlet outlet;
    private final SegmentPump pump;
    private final List<Subscription> subscriptions = new ArrayList<>();

    private Future<Void> events = Future.succeededFuture();
    private FilmAccess.Sight sight;
    private long expiry = NO_TIMER;
    private String lastEvent;
    private boolean pongDue;

    /** What the watcher may say; one of the two is null. */
    record ClientMessage(Integer ack, Integer seek) { }

    /**
     * Everything there is to know about the film as of the event {@code id}.
     *
     * @param changedFrom the first frame that shows what was just changed in the timeline; null where nothing was
     */
    private record StateMessage(String type, String id, Object film, Integer changedFrom) { }

    /**
     * @param ticket what {@code sight} was got with
     * @param first  chunk to send first
     * @param plain  see {@link SegmentPump}
     */
    LiveSocket(
            Vertx vertx,
            ServerWebSocket socket,
            Memory memory,
            FilmViews views,
            FilmAccess.Ticket ticket,
            FilmAccess.Sight sight,
            int first,
            int plain) {
        this.vertx = vertx;
        this.socket = socket;
        this.memory = memory;
        this.views = views;
        this.ticket = ticket;
        this.sight = sight;
        this.film = sight.film();
        this.outlet = new Outlet(socket, () -> sendState().onFailure(this::giveUp));
        this.pump = new SegmentPump(
                memory.films(), film, first, plain, outlet::media, this::giveUp);
    }

    /**
     * Begins to talk.
     *
     * @param from   event after which to begin; empty for now
     * @param closed called once when the watcher is gone
     */
    void start(Optional<String> from, Runnable closed) {
        socket.textMessageHandler(this::onMessage);
        socket.binaryMessageHandler(message -> close(NOT_UNDERSTOOD, "only text is understood"));
        socket.pongHandler(pong -> pongDue = false);
        socket.exceptionHandler(reason -> LOG.debug("live socket of film {}: {}", film.id(), reason.toString()));
        socket.closeHandler(gone -> {
            pump.close();
            subscriptions.forEach(Subscription::close);
            vertx.cancelTimer(expiry);
            closed.run();
        });
        FilmId id = film.id();
        from.map(Future::succeededFuture).orElseGet(() -> memory.events().latest(id))
                .onSuccess(start -> lastEvent = start)
                .compose(start -> sendState())
                .onSuccess(sent -> {
                    if (!socket.isClosed()) {
                        subscriptions.add(memory.events().tail(id, lastEvent, this::onEvent));
                        subscriptions.add(memory.events().previews(id, this::onPreview));
                        subscriptions.add(ticket.watch(this::lookAgain));
                    }
                })
                .onFailure(this::giveUp);
    }

    /** Called every few seconds: notices watchers who vanished, and whatever else should have been noticed before. */
    void check() {
        if (pongDue) {
            socket.close();
            return;
        }
        pongDue = true;
        socket.writePing(Buffer.buffer());
        lookAgain();
    }

    /** Whoever may see less from now on sees less, and whoever may see nothing is told to go. */
    private void lookAgain() {
        Optional<ShareTerms> before = sight.terms();
        look().onSuccess(now -> {
            if (!now.terms().equals(before)) {
                sendState().onFailure(this::giveUp);
            }
        }).onFailure(this::giveUp);
    }

    private Future<FilmAccess.Sight> look() {
        return ticket.look().map((FilmAccess.Sight now) -> {
            sight = now;
            vertx.cancelTimer(expiry);
            expiry = NO_TIMER;
            if (!socket.isClosed()) {
                now.terms().flatMap(ShareTerms::expiresAt).ifPresent(end -> expiry = vertx.setTimer(
                        Math.max(1, Duration.between(Instant.now(), end).toMillis() + 1), due -> lookAgain()));
            }
            return now;
        });
    }

    void close(short code, String reason) {
        outlet.close(code, reason);
    }

    private void onEvent(FilmEvent event) {
        // One after the other, so that a state that takes a moment to load does not arrive after later events.
        events = events.transform(before -> handle(event)).otherwiseEmpty();
    }

    private Future<Void> handle(FilmEvent event) {
        lastEvent = event.id();
        switch (event.type()) {
            case FilmEvent.PROGRESS, FilmEvent.QUEUE, FilmEvent.ENHANCING -> outlet.text(sight.show(event).encode());
            case FilmEvent.CHUNK -> {
                outlet.text(sight.show(event).encode());
                pump.available(event.body().getInteger("framesDone"), event.body().getInteger("enhancedFrames", 0));
            }
            case FilmEvent.ENHANCED -> {
                int enhanced = event.body().getInteger("enhancedFrames");
                outlet.text(sight.show(event).encode());
                pump.enhanced(enhanced);
                if (enhanced >= event.body().getInteger("framesDone")) {
                    // With the end of the film the state of its refinement changes.
                    return sendState().onFailure(this::giveUp);
                }
            }
            case FilmEvent.DELETED -> close(FILM_GONE, "the film was deleted");
            case FilmEvent.PROMPT -> {
                return sendState(event.body().getInteger("frame")).onFailure(this::giveUp);
            }
            case FilmEvent.STATE, FilmEvent.ERROR, FilmEvent.TRASHED -> {
                return sendState().onFailure(this::giveUp);
            }
            default -> LOG.debug("film {}: nothing to tell about {}", film.id(), event.type());
        }
        return Future.succeededFuture();
    }

    private Future<Void> sendState() {
        return sendState(null);
    }

    private Future<Void> sendState(Integer changedFrom) {
        return look().compose(now -> views.view(now.film(), id -> now.links()).map(view -> {
            Integer change = now.terms().map(ShareTerms::prompts).orElse(true) ? changedFrom : null;
            outlet.text(Json.write(new StateMessage(FilmEvent.STATE, lastEvent, now.show(view), change)));
            pump.available(now.film());
            return null;
        }));
    }

    private void onPreview(Preview preview) {
        int frame = film.plan().firstFrame(preview.chunk());
        outlet.preview(MediaMessage.preview(preview.chunk(), frame, preview.jpeg()));
    }

    private void onMessage(String text) {
        try {
            ClientMessage message = Json.read(Buffer.buffer(text), ClientMessage.class);
            if (message.ack() != null) {
                pump.acknowledge(message.ack());
            }
            if (message.seek() != null) {
                pump.seek(Math.max(0, message.seek()));
            }
        } catch (ProblemException | InvalidFieldException e) {
            close(NOT_UNDERSTOOD, "say {\"ack\": chunk} or {\"seek\": chunk}");
        }
    }

    private void giveUp(Throwable reason) {
        boolean gone = reason instanceof UnknownFilmException || reason instanceof ProblemException;
        if (!gone) {
            LOG.warn("live socket of film {} ends: {}", film.id(), reason.toString());
        }
        close(gone ? FILM_GONE : INTERNAL_ERROR, gone ? "there is no film here any more" : "please connect again");
    }
}
