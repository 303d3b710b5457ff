package dev.longtake.page;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** The way from a browser to a studio, which can be cut and mended. */
final class Cable implements AutoCloseable {

    private final Vertx vertx = Vertx.vertx();
    private final Set<NetSocket> ends = ConcurrentHashMap.newKeySet();
    private final URI studio;
    private final int port;
    private volatile boolean cut;

    /** @param studio where it leads to */
    Cable(String studio) {
        this.studio = URI.create(studio);
        NetServer server = await(vertx.createNetServer().connectHandler(this::join).listen(0, "127.0.0.1"));
        port = server.actualPort();
    }

    /** Where the studio seems to be, without a slash at the end. */
    String url() {
        return "http://127.0.0.1:" + port;
    }

    /** Breaks what is connected and lets nobody connect until it is mended. */
    void cut() {
        cut = true;
        ends.forEach(NetSocket::close);
    }

    void mend() {
        cut = false;
    }

    @Override
    public void close() {
        await(vertx.close());
    }

    private void join(NetSocket browser) {
        ends.add(browser);
        browser.closeHandler(closed -> ends.remove(browser));
        if (cut) {
            browser.close();
            return;
        }
        browser.pause();
        vertx.createNetClient().connect(studio.getPort(), studio.getHost())
                .onSuccess(there -> {
                    browser.closeHandler(closed -> {
                        ends.remove(browser);
                        there.close();
                    });
                    there.closeHandler(closed -> browser.close());
                    there.pipeTo(browser);
                    browser.pipeTo(there);
                })
                .onFailure(unreachable -> browser.close());
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
