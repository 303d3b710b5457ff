package dev.longtake.memory;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The way from somebody to a server, for tests: it can be cut and mended, and it can break by itself. */
public final class Cable implements AutoCloseable {

    /** How a connection breaks. */
    public enum Break {
        /** Both ends learn of it. */
        CUT,
        /** Nothing comes any more, and nobody says so. */
        SILENCE
    }

    private static final int PATIENCE_SECONDS = 20;

    private final Vertx vertx = Vertx.vertx();
    private final NetClient client = vertx.createNetClient();
    private final Set<NetSocket> ends = ConcurrentHashMap.newKeySet();
    private final AtomicInteger breaks = new AtomicInteger();
    private final URI target;
    private final int port;
    private volatile Break manner = Break.CUT;
    private volatile int bytes = Integer.MAX_VALUE;
    private volatile boolean cut;

    /** @param target where it leads to, with a port */
    public Cable(String target) {
        this.target = URI.create(target);
        NetServer server = await(vertx.createNetServer().connectHandler(this::join).listen(0, "127.0.0.1"));
        port = server.actualPort();
    }

    /** Where the server seems to be, without a slash at the end. */
    public String url() {
        return "http://127.0.0.1:" + port;
    }

    /** Breaks what is connected and lets nobody connect until it is mended. */
    public void cut() {
        cut = true;
        ends.forEach(NetSocket::close);
    }

    public void mend() {
        cut = false;
    }

    /**
     * Breaks connections from now on.
     *
     * @param bytes that come back over a connection before it breaks
     * @param times so many connections break; the others hold
     */
    public void breakAfter(int bytes, int times, Break manner) {
        this.bytes = bytes;
        this.manner = manner;
        breaks.set(times);
    }

    /** How many connections are still to break by themselves. */
    public int breaksLeft() {
        return Math.max(0, breaks.get());
    }

    @Override
    public void close() {
        await(vertx.close());
    }

    private void join(NetSocket near) {
        near.pause();
        ends.add(near);
        near.closeHandler(closed -> ends.remove(near));
        if (cut) {
            near.close();
            return;
        }
        client.connect(target.getPort(), target.getHost()).onFailure(error -> near.close()).onSuccess(far -> {
            AtomicInteger left = new AtomicInteger(bytes);
            far.handler(buffer -> carryBack(buffer, left, near, far)).closeHandler(gone -> near.close());
            near.closeHandler(gone -> {
                ends.remove(near);
                far.close();
            });
            near.pipeTo(far);
        });
    }

    private void carryBack(Buffer buffer, AtomicInteger left, NetSocket near, NetSocket far) {
        if (left.addAndGet(-buffer.length()) >= 0 || breaks.getAndDecrement() <= 0) {
            left.set(Math.max(0, left.get()));
            near.write(buffer);
            return;
        }
        // In the middle of what was to be said.
        far.pause();
        Future<Void> written = near.write(buffer.getBuffer(0, buffer.length() + left.get()));
        if (manner == Break.CUT) {
            written.onComplete(said -> {
                near.close();
                far.close();
            });
        }
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
