package dev.longtake.memory;

import dev.longtake.film.FilmId;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.json.JsonObject;

/**
 * What happens to films, for everyone who watches, in any process. Events are kept (the latest
 * {@value #KEPT_EVENTS} or so of each film); previews are not. Safe to use from any thread; handlers are called one
 * after the other on the Vert.x context that subscribed.
 */
public final class FilmEvents {

    public static final int KEPT_EVENTS = 1000;
    /** Stands before every event. */
    public static final String BEGINNING = "0-0";

    /** Adds an event; no effect if the film was deleted. */
    public Future<Void> append(FilmId id, String type, JsonObject body) {
        throw new UnsupportedOperationException();
    }

    /**
     * Id of the film's latest event, {@link #BEGINNING} if there is none. Whoever asks for it first, then reads the
     * film, then tails from it misses nothing.
     */
    public Future<String> latest(FilmId id) {
        throw new UnsupportedOperationException();
    }

    /**
     * Delivers every event after {@code from}, old and new, in order and once. Goes on over Redis restarts.
     *
     * @param from an event id or {@link #BEGINNING}
     * @throws dev.longtake.film.InvalidFieldException if {@code from} is no event id
     */
    public Subscription tail(FilmId id, String from, Handler<FilmEvent> handler) {
        throw new UnsupportedOperationException();
    }

    /** Shows a preview to everyone who watches now. */
    public Future<Void> publish(FilmId id, Preview preview) {
        throw new UnsupportedOperationException();
    }

    /** Delivers previews from now on; the handler decides which to skip. */
    public Subscription previews(FilmId id, Handler<Preview> handler) {
        throw new UnsupportedOperationException();
    }
}
