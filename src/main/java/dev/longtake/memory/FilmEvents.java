package dev.longtake.memory;

import dev.longtake.film.FilmId;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.util.List;
import java.util.Optional;

/**
 * What happens to films, for everyone who watches, in any process. Events are kept (the latest
 * {@value #KEPT_EVENTS} or so of each film); previews are not. Safe to use from any thread; handlers are called one
 * after the other on the Vert.x context that subscribed.
 */
public final class FilmEvents {

    public static final int KEPT_EVENTS = 1000;
    /** Stands before every event. */
    public static final String BEGINNING = "0-0";

    private static final Script APPEND = new Script("append.lua");
    private static final Script ANNOUNCE = new Script("announce.lua");

    private final RedisConnections redis;
    private final NewsWire news;

    FilmEvents(RedisConnections redis, NewsWire news) {
        this.redis = redis;
        this.news = news;
    }

    /** Adds an event; no effect if the film was deleted. */
    public Future<Void> append(FilmId id, String type, JsonObject body) {
        return APPEND.run(
                        redis,
                        List.of(FilmKeys.film(id), FilmKeys.events(id)),
                        List.of(FilmKeys.news(id), KEPT_EVENTS, type, body.encode()))
                .mapEmpty();
    }

    /** Tells a film that has not begun its place in the queue; an event only if it moved. */
    Future<Void> announcePosition(FilmId id, int position) {
        return ANNOUNCE.run(
                        redis,
                        List.of(FilmKeys.film(id), FilmKeys.events(id)),
                        List.of(FilmKeys.news(id), KEPT_EVENTS, position))
                .mapEmpty();
    }

    /**
     * Id of the film's latest event, {@link #BEGINNING} if there is none. Whoever asks for it first, then reads the
     * film, then tails from it misses nothing.
     */
    public Future<String> latest(FilmId id) {
        return redis.send(Request.cmd(Command.HGET).arg(FilmKeys.film(id)).arg("event"))
                .map(event -> event == null ? BEGINNING : event.toString());
    }

    /** Body of the film's latest {@link FilmEvent#PROGRESS}; empty if it never had any. */
    public Future<Optional<JsonObject>> progress(FilmId id) {
        return last(id, FilmEvent.PROGRESS);
    }

    /** Body of the film's latest {@link FilmEvent#ENHANCING}; empty if it never had any. */
    public Future<Optional<JsonObject>> enhancing(FilmId id) {
        return last(id, FilmEvent.ENHANCING);
    }

    private Future<Optional<JsonObject>> last(FilmId id, String type) {
        return redis.send(Request.cmd(Command.HGET).arg(FilmKeys.film(id)).arg(type))
                .map(body -> Optional.ofNullable(body).map(json -> new JsonObject(json.toBuffer())));
    }

    /**
     * Delivers every event after {@code from}, old and new, in order and once. Goes on over Redis restarts.
     *
     * @param from an event id or {@link #BEGINNING}
     * @throws dev.longtake.film.InvalidFieldException if {@code from} is no event id
     */
    public Subscription tail(FilmId id, String from, Handler<FilmEvent> handler) {
        Context context = redis.vertx().getOrCreateContext();
        return new EventTail(redis, FilmKeys.events(id), from, context, handler).start(news, FilmKeys.news(id));
    }

    /** Shows a preview to everyone who watches now. */
    public Future<Void> publish(FilmId id, Preview preview) {
        Buffer message = Buffer.buffer().appendInt(preview.chunk()).appendBuffer(preview.jpeg());
        return redis.send(Request.cmd(Command.PUBLISH).arg(FilmKeys.previews(id)).arg(message)).mapEmpty();
    }

    /** Whether anyone wants to see previews of a film now. */
    public Future<Boolean> previewsWatched(FilmId id) {
        return redis.send(Request.cmd(Command.PUBSUB).arg("NUMSUB").arg(FilmKeys.previews(id)))
                .map(count -> count.isMap()
                        ? count.get(FilmKeys.previews(id)).toInteger() > 0
                        : count.get(1).toInteger() > 0);
    }

    /** Delivers previews from now on; the handler decides which to skip. */
    public Subscription previews(FilmId id, Handler<Preview> handler) {
        Context context = redis.vertx().getOrCreateContext();
        return news.listen(FilmKeys.previews(id), new NewsWire.Listener() {

            @Override
            public void onMessage(Buffer message) {
                Preview preview = new Preview(message.getInt(0), message.slice(4, message.length()));
                context.runOnContext(go -> handler.handle(preview));
            }

            @Override
            public void onConnected() {
                // Whatever was missed is out of date.
            }
        });
    }
}
