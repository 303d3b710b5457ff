package dev.longtake.memory;

import dev.longtake.film.InvalidFieldException;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.regex.Pattern;

/**
 * One watcher of one film's events. An announcement carries the event and the id of the one before; while nothing
 * is missing between, the watcher costs Redis nothing. Otherwise it reads the stream from where it is.
 */
final class EventTail implements NewsWire.Listener, Subscription {

    private static final Pattern ID = Pattern.compile("\\d{1,19}-\\d{1,19}");
    private static final int BATCH = 200;

    private final RedisConnections redis;
    private final String stream;
    private final Context context;
    private final Handler<FilmEvent> handler;
    private Subscription wire = () -> {};
    private String last;
    private boolean reading;
    private boolean behind;
    private boolean gone;
    private volatile boolean closed;

    EventTail(RedisConnections redis, String stream, String from, Context context, Handler<FilmEvent> handler) {
        if (from == null || !ID.matcher(from).matches()) {
            throw new InvalidFieldException("from", from, "the id of an event, for instance 1526919030474-0");
        }
        this.redis = redis;
        this.stream = stream;
        this.context = context;
        this.handler = handler;
        last = from;
    }

    synchronized EventTail start(NewsWire news, String channel) {
        wire = news.listen(channel, this);
        return this;
    }

    /** {@code before id type body}. */
    @Override
    public synchronized void onMessage(Buffer message) {
        String[] parts = message.toString().split(" ", 4);
        if (!reading && parts[0].equals(last) && !parts[2].equals(FilmEvent.DELETED)) {
            deliver(new FilmEvent(parts[1], parts[2], new JsonObject(parts[3])));
        } else if (parts[2].equals(FilmEvent.DELETED)) {
            // There is no stream any more to catch up from.
            deliverDeleted(parts[1]);
        } else {
            catchUp();
        }
    }

    @Override
    public void onConnected() {
        catchUp();
    }

    private synchronized void catchUp() {
        if (closed) {
            return;
        }
        if (reading) {
            behind = true;
            return;
        }
        reading = true;
        behind = false;
        redis.send(Request.cmd(Command.XRANGE).arg(stream).arg("(" + last).arg("+").arg("COUNT").arg(BATCH))
                .onSuccess(this::read)
                // The wire says when Redis is there again.
                .onFailure(error -> stopReading());
    }

    private synchronized void read(Response entries) {
        reading = false;
        for (Response entry : entries) {
            Response fields = entry.get(1);
            deliver(new FilmEvent(
                    entry.get(0).toString(), fields.get(1).toString(), new JsonObject(fields.get(3).toString())));
        }
        if (behind || entries.size() == BATCH) {
            catchUp();
        } else if (entries.size() == 0) {
            lookWhetherDeleted();
        }
    }

    /** A film that was deleted before this tail listened left no stream that says so. */
    private void lookWhetherDeleted() {
        redis.send(Request.cmd(Command.EXISTS).arg(stream)).onSuccess(found -> {
            if (found.toInteger() == 0) {
                String[] id = last.split("-");
                deliverDeleted(id[0] + "-" + (Long.parseLong(id[1]) + 1));
            }
        });
    }

    private synchronized void deliverDeleted(String id) {
        if (!gone) {
            gone = true;
            deliver(new FilmEvent(id, FilmEvent.DELETED, new JsonObject()));
        }
    }

    private synchronized void stopReading() {
        reading = false;
    }

    private void deliver(FilmEvent event) {
        last = event.id();
        context.runOnContext(go -> {
            if (!closed) {
                handler.handle(event);
            }
        });
    }

    @Override
    public void close() {
        closed = true;
        Subscription open;
        synchronized (this) {
            open = wire;
        }
        open.close();
    }
}
