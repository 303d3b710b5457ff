package dev.longtake.studio;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** Somebody who watches a film live, remembers everything that came, and holds it to the contract in the end. */
final class Watcher implements AutoCloseable {

    /** A binary message. */
    record Media(int version, int kind, int rendition, int chunk, int firstFrame, int frameCount, byte[] payload) {

        static Media read(Buffer message) {
            return new Media(message.getUnsignedByte(0), message.getUnsignedByte(1), message.getUnsignedShort(2),
                    message.getInt(4), message.getInt(8), message.getInt(12), message.getBytes(16, message.length()));
        }
    }

    final List<JsonObject> events = new CopyOnWriteArrayList<>();
    final List<Media> media = new CopyOnWriteArrayList<>();
    volatile Short closed;
    /** Whether to say that segments have arrived. */
    volatile boolean acknowledges = true;

    // The client closes its connections when it is collected.
    private final WebSocketClient client;
    private final String path;
    private WebSocket socket;

    private Watcher(Vertx vertx, String path) {
        this.path = path;
        client = vertx.createWebSocketClient(new WebSocketClientOptions().setMaxMessageSize(16 << 20));
    }

    static Watcher open(Vertx vertx, Person person, String path, boolean acknowledges) {
        Watcher watcher = new Watcher(vertx, path);
        watcher.acknowledges = acknowledges;
        URI uri = URI.create(person.url + path);
        WebSocketConnectOptions options = new WebSocketConnectOptions()
                .setHost(uri.getHost())
                .setPort(uri.getPort())
                .setURI(uri.getRawPath() + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery()))
                .addHeader("Origin", person.url.replaceFirst("(//[^/]+).*", "$1"));
        if (!person.cookie().isEmpty()) {
            options.addHeader("Cookie", person.cookie());
        }
        watcher.socket = Studio.await(watcher.client.connect(options).onSuccess(watcher::listen));
        return watcher;
    }

    private void listen(WebSocket open) {
        socket = open;
        open.textMessageHandler(text -> events.add(new JsonObject(text)));
        open.binaryMessageHandler(message -> {
            Media one = Media.read(message);
            media.add(one);
            if (acknowledges && one.kind() == MediaMessage.SEGMENT) {
                say(new JsonObject().put("ack", one.chunk()));
            }
        });
        open.closeHandler(gone -> closed = open.closeStatusCode());
    }

    void say(JsonObject message) {
        socket.writeTextMessage(message.encode());
    }

    void sayBytes(byte[] bytes) {
        socket.writeBinaryMessage(Buffer.buffer(bytes));
    }

    void say(String message) {
        socket.writeTextMessage(message);
    }

    List<JsonObject> events(String type) {
        return events.stream().filter(event -> event.getString("type").equals(type)).toList();
    }

    List<Integer> chunks() {
        return media.stream().filter(one -> one.kind() == MediaMessage.SEGMENT).map(Media::chunk).toList();
    }

    /** The chunks that came, with a star where they were refined, and "i" for every init segment. */
    String renditions() {
        return media.stream().filter(one -> one.kind() != MediaMessage.PREVIEW)
                .map(one -> (one.kind() == MediaMessage.INIT ? "i" : String.valueOf(one.chunk()))
                        + (one.rendition() == 1 ? "*" : ""))
                .collect(Collectors.joining(" "));
    }

    @Override
    public void close() {
        socket.close();
        client.close();
        events.forEach(event -> Promised.CONTRACT.hold(path, event));
    }
}
