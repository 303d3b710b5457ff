package dev.longtake.memory;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Redis pub/sub over one connection for everyone in this process. Messages sent while the connection is away are
 * lost; listeners are told when it is there, again or for the first time, and look for themselves. Safe to use from
 * any thread; listeners are called one at a time and must not block.
 */
final class NewsWire {

    /** Who listens to one channel. */
    interface Listener {

        void onMessage(Buffer message);

        /** From now on messages arrive; earlier ones may have been missed. */
        void onConnected();
    }

    private static final Logger LOG = LoggerFactory.getLogger(NewsWire.class);

    private final RedisConnections redis;
    private final Backoff backoff = new Backoff();
    private final Map<String, Set<Listener>> channels = new HashMap<>();
    private RedisConnection connection;
    private boolean connecting;
    private boolean closed;

    NewsWire(RedisConnections redis) {
        this.redis = redis;
    }

    synchronized Subscription listen(String channel, Listener listener) {
        Set<Listener> listeners = channels.computeIfAbsent(channel, c -> new HashSet<>());
        listeners.add(listener);
        if (connection == null) {
            connect();
        } else {
            // Subscribing twice is harmless and confirms it for the new listener.
            subscribe(connection, channel);
        }
        return () -> forget(channel, listener);
    }

    private synchronized void forget(String channel, Listener listener) {
        Set<Listener> listeners = channels.get(channel);
        if (listeners != null && listeners.remove(listener) && listeners.isEmpty()) {
            channels.remove(channel);
            if (connection != null) {
                connection.send(Request.cmd(Command.UNSUBSCRIBE).arg(channel));
            }
        }
    }

    private synchronized void connect() {
        if (connecting || closed) {
            return;
        }
        connecting = true;
        redis.connect().onSuccess(this::connected).onFailure(this::disconnected);
    }

    private synchronized void connected(RedisConnection fresh) {
        connecting = false;
        if (closed) {
            fresh.close();
            return;
        }
        backoff.succeeded();
        connection = fresh;
        Handler<Throwable> lost = error -> lost(fresh, error);
        fresh.handler(this::received)
                .exceptionHandler(lost)
                .endHandler(end -> lost.handle(new IllegalStateException("the connection was closed")));
        channels.keySet().forEach(channel -> subscribe(fresh, channel));
    }

    private synchronized void lost(RedisConnection broken, Throwable error) {
        if (connection == broken) {
            connection = null;
            broken.close();
            disconnected(error);
        }
    }

    private synchronized void disconnected(Throwable error) {
        connecting = false;
        if (!closed) {
            LOG.debug("Lost the subscriptions, tries again: {}", error.getMessage());
            redis.delay(backoff.nextMillis()).onSuccess(waited -> connect());
        }
    }

    private static void subscribe(RedisConnection connection, String channel) {
        connection.send(Request.cmd(Command.SUBSCRIBE).arg(channel));
    }

    private void received(Response push) {
        String kind = push.get(0).toString();
        if (kind.equals("message")) {
            Buffer message = push.get(2).toBuffer();
            listeners(push.get(1).toString()).forEach(listener -> listener.onMessage(message));
        } else if (kind.equals("subscribe")) {
            listeners(push.get(1).toString()).forEach(Listener::onConnected);
        }
    }

    private synchronized List<Listener> listeners(String channel) {
        return List.copyOf(channels.getOrDefault(channel, Set.of()));
    }

    synchronized void close() {
        closed = true;
        channels.clear();
        if (connection != null) {
            connection.close();
        }
    }
}
