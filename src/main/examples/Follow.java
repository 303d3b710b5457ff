import java.io.OutputStream;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.*;
import java.nio.ByteBuffer;
import java.nio.file.*;
import java.util.concurrent.*;

/** java Follow.java http://localhost:8080 "a red car drives through the snow" film.mp4 */
class Follow {
    public static void main(String[] args) throws Exception {
        var client = HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
        var wish = "{\"prompt\": \"" + args[1].replace("\"", "\\\"") + "\", \"frames\": 24}";
        var made = client.send(HttpRequest.newBuilder(URI.create(args[0] + "/api/films"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(wish)).build(), HttpResponse.BodyHandlers.ofString());
        if (made.statusCode() != 201) throw new IllegalStateException(made.body());
        var live = made.body().replaceAll("(?s).*\"live\":\"([^\"]+)\".*", "$1");
        var done = new CompletableFuture<Void>();
        try (OutputStream file = Files.newOutputStream(Path.of(args[2]))) {
            client.newWebSocketBuilder().buildAsync(URI.create(args[0].replaceFirst("http", "ws") + live), new WebSocket.Listener() {
                ByteBuffer message = ByteBuffer.allocate(1 << 24);
                public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
                    message.put(data);
                    if (last) { // u8 version, u8 kind (1 init, 2 segment, 3 preview), u16 0, u32 chunk, first frame, frames
                        try { if (message.get(1) < 3) file.write(message.array(), 16, message.position() - 16);
                        } catch (Exception e) { done.completeExceptionally(e); }
                        if (message.get(1) == 2) socket.sendText("{\"ack\": " + message.getInt(4) + "}", true);
                        if (message.get(1) == 2 && message.getInt(8) + message.getInt(12) == 24) done.complete(null);
                        message.clear();
                    }
                    return WebSocket.Listener.super.onBinary(socket, data, last); // asks for more
                }
            }).join();
            done.join();
        }
    }
}
