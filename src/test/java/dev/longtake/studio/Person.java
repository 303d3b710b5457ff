package dev.longtake.studio;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;

/** Somebody with a browser: keeps the studio's cookie, and holds every answer to the contract. */
final class Person {

    private static final HttpClient CLIENT = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    final String url;
    private String cookie = "";

    Person(String url) {
        this.url = url;
    }

    /**
     * What came back.
     *
     * @param cookie the whole Set-Cookie header
     */
    record Answer(int status, HttpResponse<byte[]> response, Optional<String> cookie) {

        JsonObject json() {
            return new JsonObject(Buffer.buffer(response.body()));
        }

        String text() {
            return new String(response.body(), java.nio.charset.StandardCharsets.UTF_8);
        }

        Optional<String> header(String name) {
            return response.headers().firstValue(name);
        }
    }

    Answer get(String path, String... headers) {
        return send("GET", path, HttpRequest.BodyPublishers.noBody(), headers);
    }

    Answer delete(String path, String... headers) {
        return send("DELETE", path, HttpRequest.BodyPublishers.noBody(), headers);
    }

    Answer post(String path) {
        return send("POST", path, HttpRequest.BodyPublishers.noBody());
    }

    Answer post(String path, JsonObject body) {
        return post(path, "application/json", body.encode());
    }

    Answer post(String path, String type, String body, String... headers) {
        String[] all = java.util.Arrays.copyOf(headers, headers.length + 2);
        all[headers.length] = "Content-Type";
        all[headers.length + 1] = type;
        return send("POST", path, HttpRequest.BodyPublishers.ofString(body), all);
    }

    Answer put(String path, JsonObject body) {
        return send("PUT", path, HttpRequest.BodyPublishers.ofString(body.encode()), "Content-Type", "application/json");
    }

    Answer patch(String path, JsonObject body, String... headers) {
        String[] all = java.util.Arrays.copyOf(headers, headers.length + 2);
        all[headers.length] = "Content-Type";
        all[headers.length + 1] = "application/json";
        return send("PATCH", path, HttpRequest.BodyPublishers.ofString(body.encode()), all);
    }

    /** Id of a new film. */
    String film(String prompt, int frames) {
        Answer answer = post("/api/films", new JsonObject().put("prompt", prompt).put("frames", frames).put("seed", 7));
        if (answer.status() != 201) {
            throw new IllegalStateException(answer.text());
        }
        return answer.json().getString("id");
    }

    /** Id of a new film that is to be refined. */
    String refinedFilm(String prompt, int frames) {
        return post("/api/films", new JsonObject()
                .put("prompt", prompt).put("frames", frames).put("seed", 7).put("enhance", true)).json().getString("id");
    }

    JsonArray films() {
        return get("/api/films").json().getJsonArray("films");
    }

    String cookie() {
        return cookie;
    }

    Answer send(String method, String path, HttpRequest.BodyPublisher body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path))
                .timeout(Duration.ofSeconds(20))
                .method(method, body);
        if (!cookie.isEmpty()) {
            request.header("Cookie", cookie);
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            HttpResponse<byte[]> response = CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            Optional<String> given = response.headers().firstValue("set-cookie");
            given.ifPresent(value -> cookie = value.split(";")[0]);
            Answer answer = new Answer(response.statusCode(), response, given);
            Promised.CONTRACT.hold(method, path, answer);
            return answer;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
