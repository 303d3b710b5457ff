package dev.longtake.cli;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.ConnectException;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A studio elsewhere, by its API. Blocks; for one thread. */
final class RemoteStudio {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration DOWNLOAD_PATIENCE = Duration.ofMinutes(10);
    /** Stands before every event. */
    private static final String BEGINNING = "0-0";
    private static final int MOST_TRIES = 10;
    private static final long PAUSE_MILLIS = 500;
    private static final int GOING_AWAY = 1001;
    private static final int GONE = 4404;
    private static final int LOST = -1;
    /** After so long without a word the other end is asked whether it is there, and has so long to answer. */
    private static final Duration QUIET = Duration.ofSeconds(5);
    private static final Message ALIVE = new Message(Optional.empty(), 0);
    private static final Message SILENT = new Message(Optional.empty(), LOST);
    /** A proxy whose studio starts anew, or a studio that is asked too much. */
    private static final Set<Integer> PASSING = Set.of(429, 502, 503, 504);

    private final String address;
    private final Optional<String> key;
    // The studio knows us again by its cookie where we have no key.
    private final HttpClient client = HttpClient.newBuilder()
            .cookieHandler(new CookieManager())
            .connectTimeout(PATIENCE)
            .build();

    /** What came over a socket: an event, or how the socket ended. */
    private record Message(Optional<JsonObject> event, int closed) { }

    /** @param server with or without a slash at the end, and with the path below which the studio is */
    RemoteStudio(URI server, Optional<String> key) {
        address = server.toString().replaceAll("/+$", "");
        this.key = key;
    }

    /**
     * Asks for a film.
     *
     * @param wish as {@code POST /api/films} takes it
     * @return the film
     * @throws UsageException if the studio refuses, in its words
     */
    JsonObject create(JsonObject wish) throws IOException {
        // By its key, a request that is sent again makes no second film.
        HttpRequest request = request("/api/films")
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .POST(HttpRequest.BodyPublishers.ofString(wish.encode()))
                .build();
        return json(send(request, HttpResponse.BodyHandlers.ofString(), false));
    }

    /**
     * Follows a film until it is not being made any more, nor refined if it is to be. Comes back by itself when the connection is lost.
     *
     * @param events gets what happens to the film, each once
     * @return the film as it is then
     */
    JsonObject follow(JsonObject film, Consumer<JsonObject> events) throws IOException {
        JsonObject now = film;
        String last = BEGINNING;
        int tries = 0;
        while (underWay(now)) {
            BlockingQueue<Message> messages = new LinkedBlockingQueue<>();
            WebSocket socket = connect(film, last, messages);
            Message message = take(socket, messages);
            while (message.event().isPresent() && underWay(now)) {
                JsonObject event = message.event().get();
                tries = 0;
                last = event.getString("id", last);
                now = event.getString("type").equals("state") ? event.getJsonObject("film") : now;
                events.accept(event);
                message = underWay(now) ? take(socket, messages) : message;
            }
            socket.abort();
            if (message.closed() == GONE) {
                throw new IOException("the film was deleted meanwhile");
            }
            if (underWay(now)) {
                pause(++tries, message.closed());
            }
        }
        return now;
    }

    /** Writes the film's MP4 file. Begins again by itself when the connection is lost. */
    void download(JsonObject film, Path file) throws IOException {
        HttpRequest request = request(film.getJsonObject("links").getString("video"))
                .timeout(DOWNLOAD_PATIENCE).GET().build();
        Path part = Files.createTempFile(file.toAbsolutePath().getParent(), "film", ".part");
        try {
            HttpResponse<Path> response = send(request, HttpResponse.BodyHandlers.ofFile(part), true);
            if (response.statusCode() != 200) {
                throw refusal(response.statusCode(), Files.readString(part));
            }
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /** Where people find something of this studio. */
    String at(String path) {
        return address + path;
    }

    private static boolean underWay(JsonObject film) {
        return switch (film.getString("state")) {
            case "finished", "stopped", "failed" -> beingRefined(film);
            default -> true;
        };
    }

    private static boolean beingRefined(JsonObject film) {
        JsonObject enhancement = film.getJsonObject("enhancement");
        return enhancement != null && film.getInteger("framesDone") > 0
                && !List.of("done", "failed").contains(enhancement.getString("state"));
    }

    private WebSocket connect(JsonObject film, String from, BlockingQueue<Message> messages) throws IOException {
        String path = film.getJsonObject("links").getString("live") + "?from=" + from;
        WebSocket.Builder builder = client.newWebSocketBuilder().connectTimeout(PATIENCE);
        key.ifPresent(secret -> builder.header("Authorization", "Bearer " + secret));
        for (int tries = 1; ; tries++) {
            try {
                return builder.buildAsync(URI.create(at(path).replaceFirst("^http", "ws")), new Listener(messages)).join();
            } catch (CompletionException e) {
                if (e.getCause() instanceof WebSocketHandshakeException refused
                        && !PASSING.contains(refused.getResponse().statusCode())) {
                    throw new IOException("the studio refuses to show the film: "
                            + refused.getResponse().statusCode(), e);
                }
                pause(tries, LOST);
            }
        }
    }

    private void pause(int tries, int closed) throws IOException {
        if (tries > MOST_TRIES) {
            throw new IOException("the connection to " + address + " was lost"
                    + (closed == GOING_AWAY ? ": the studio was closed" : ""));
        }
        try {
            Thread.sleep(PAUSE_MILLIS * tries);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /**
     * The next message. Asks from time to time whether the other end is still there: a film that waits has nothing to
     * tell for long, and not every loss of a connection is noticed.
     */
    private static Message take(WebSocket socket, BlockingQueue<Message> messages) throws IOException {
        try {
            boolean asked = false;
            while (true) {
                Message message = messages.poll(QUIET.toMillis(), TimeUnit.MILLISECONDS);
                if (message == null && asked) {
                    return SILENT;
                }
                if (message != null && message != ALIVE) {
                    return message;
                }
                asked = message == null;
                if (asked) {
                    socket.sendPing(ByteBuffer.allocate(0));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(at(path))).timeout(PATIENCE);
        key.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
        return request;
    }

    /**
     * Sends a request, again and again if the connection is lost.
     *
     * @param known whether a studio was there before; else it is not waited for
     */
    private <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> body, boolean known)
            throws IOException {
        for (int tries = 1; ; tries++) {
            boolean waits = known || tries > 1;
            try {
                HttpResponse<T> response = client.send(request, body);
                if (!waits || !PASSING.contains(response.statusCode()) || tries > MOST_TRIES) {
                    return response;
                }
            } catch (ConnectException | HttpTimeoutException e) {
                if (!waits || tries > MOST_TRIES) {
                    throw new IOException("no studio answers at " + address + ": " + e, e);
                }
            } catch (IOException e) {
                if (tries > MOST_TRIES) {
                    throw new IOException("the connection to " + address + " was lost: " + e, e);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
            pause(tries, LOST);
        }
    }

    private JsonObject json(HttpResponse<String> response) throws IOException {
        if (response.statusCode() / 100 != 2) {
            throw refusal(response.statusCode(), response.body());
        }
        try {
            return new JsonObject(response.body());
        } catch (DecodeException e) {
            throw new UsageException("--server: " + address + " is no Longtake studio");
        }
    }

    private RuntimeException refusal(int status, String body) {
        String detail = null;
        try {
            detail = new JsonObject(body).getString("detail");
        } catch (DecodeException e) {
            // said below
        }
        return new UsageException(detail == null
                ? "--server: " + address + " is no Longtake studio (it answered " + status + ")"
                : detail);
    }

    /** Puts what comes into a queue. Segments are not acknowledged: after a few, the studio sends no more. */
    private static final class Listener implements WebSocket.Listener {

        private final BlockingQueue<Message> messages;
        private final StringBuilder text = new StringBuilder();

        Listener(BlockingQueue<Message> messages) {
            this.messages = messages;
        }

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                messages.add(new Message(Optional.of(new JsonObject(text.toString())), 0));
                text.setLength(0);
            }
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onPong(WebSocket socket, ByteBuffer data) {
            messages.add(ALIVE);
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
            messages.add(new Message(Optional.empty(), status));
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            messages.add(new Message(Optional.empty(), LOST));
        }
    }
}
