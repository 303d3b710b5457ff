package dev.longtake.studio;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;

/**
 * The writing side of a live socket. Never lets anything pile up: text that finds the socket full is dropped, and
 * told so once there is room again; of previews only the latest waits. Media is bounded by its sender. Does nothing
 * once the socket is closed. Used on one event loop.
 */
final class Outlet {

    private static final int QUEUE_BYTES = 256 * 1024;

    private final ServerWebSocket socket;
    private final Runnable missed;
    private Buffer preview;
    private boolean dropped;

    /** @param missed called when there is room again after text was dropped */
    Outlet(ServerWebSocket socket, Runnable missed) {
        this.socket = socket;
        this.missed = missed;
        socket.setWriteQueueMaxSize(QUEUE_BYTES);
        socket.drainHandler(drained -> catchUp());
    }

    void text(String message) {
        if (socket.isClosed()) {
            return;
        }
        if (socket.writeQueueFull()) {
            dropped = true;
        } else {
            socket.writeTextMessage(message);
        }
    }

    void media(Buffer message) {
        if (!socket.isClosed()) {
            socket.writeBinaryMessage(message);
        }
    }

    void preview(Buffer message) {
        preview = message;
        catchUp();
    }

    void close(short code, String reason) {
        if (!socket.isClosed()) {
            socket.close(code, reason);
        }
    }

    private void catchUp() {
        if (socket.isClosed() || socket.writeQueueFull()) {
            return;
        }
        if (preview != null) {
            socket.writeBinaryMessage(preview);
            preview = null;
        }
        if (dropped) {
            dropped = false;
            missed.run();
        }
    }
}
