package dev.longtake.memory;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.io.IOException;
import java.util.regex.Pattern;

/**
 * The ways to one Redis: a pool for commands that answer at once, and connections of their own for those who block
 * or listen, since a blocked connection would starve the pool. Safe to use from any thread.
 */
final class RedisConnections {

    private static final Pattern ADDRESS = Pattern.compile("(redis|rediss|unix)://.+");
    private static final int POOL_SIZE = 8;
    /** Commands that wait for a connection; a film with many viewers makes bursts. */
    private static final int MOST_WAITING = 10_000;
    private static final int CONNECT_MILLIS = 5_000;
    private static final int POOL_CLEANING_MILLIS = 30_000;

    private final Vertx vertx;
    private final Redis pool;
    private final Redis dedicated;

    private RedisConnections(Vertx vertx, Redis pool, Redis dedicated) {
        this.vertx = vertx;
        this.pool = pool;
        this.dedicated = dedicated;
    }

    /** @return fails with {@link IOException} if no Redis answers at {@code url} */
    static Future<RedisConnections> open(Vertx vertx, String url) {
        // The client itself answers other things with a NullPointerException.
        if (!ADDRESS.matcher(url).matches()) {
            return Future.failedFuture(new IOException(
                    "the address of a Redis must look like redis://host:6379, but was \"" + url + "\""));
        }
        RedisConnections connections;
        try {
            connections = new RedisConnections(
                    vertx,
                    Redis.createClient(vertx, options(url).setPoolName("redis")),
                    // Never handed back, so every one needs a place of its own.
                    Redis.createClient(vertx, options(url).setPoolName("redis-dedicated").setMaxPoolSize(1_000)));
        } catch (IllegalArgumentException e) {
            return Future.failedFuture(
                    new IOException(withoutPassword(url) + " is no address of a Redis: " + e.getMessage(), e));
        }
        return connections.send(Request.cmd(Command.PING))
                .map(connections)
                .recover(error -> connections.close().eventually(() -> Future.succeededFuture())
                        .compose(closed -> Future.failedFuture(
                                new IOException("no Redis answers at " + withoutPassword(url) + ": "
                                        + error.getMessage(), error))));
    }

    private static RedisOptions options(String url) {
        return new RedisOptions()
                .setConnectionString(url)
                .setMaxPoolSize(POOL_SIZE)
                .setMaxPoolWaiting(MOST_WAITING)
                .setPoolCleanerInterval(POOL_CLEANING_MILLIS)
                .setNetClientOptions(new NetClientOptions().setConnectTimeout(CONNECT_MILLIS).setTcpNoDelay(true));
    }

    private static String withoutPassword(String url) {
        return url.replaceFirst("//[^@/]*@", "//");
    }

    Future<Response> send(Request request) {
        return pool.send(request);
    }

    /** A connection that belongs to the caller, who closes it and opens another one when it ends. */
    Future<RedisConnection> connect() {
        return dedicated.connect();
    }

    Vertx vertx() {
        return vertx;
    }

    Future<Void> delay(long millis) {
        Promise<Void> promise = Promise.promise();
        vertx.setTimer(millis, timer -> promise.complete());
        return promise.future();
    }

    Future<Void> close() {
        return Future.join(pool.close(), dedicated.close()).mapEmpty();
    }
}
