package dev.longtake.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.longtake.memory.EmbeddedRedis;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole thing as people run it: one process, the pack that ships, the embedded Redis. */
class ServeIT {

    /** What a process says that ended because it was asked to. */
    private static final int ENDED = 143;
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @TempDir
    Path folder;

    private final List<Process> started = new ArrayList<>();
    private String cookie = "";
    private String url;

    @AfterEach
    void endEverything() throws Exception {
        started.forEach(Process::destroy);
        for (Process process : started) {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
    }

    /** Killed in the middle of a film, the next process finishes it by itself, and nobody can tell. */
    @Test
    void aFilmSurvivesTheDeathOfTheProcess() throws Exception {
        Process first = serve();
        String film = wish();
        await().atMost(LONG).until(() -> film(film).getInteger("chunksDone") >= 1);
        first.destroyForcibly().waitFor();

        Process second = serve();
        await().atMost(LONG).until(() -> film(film).getString("state").equals("finished"));
        assertThat(film(film).getInteger("framesDone")).isEqualTo(36);
        byte[] survivor = get("/api/films/" + film + "/video.mp4").body();

        String undisturbed = wish();
        await().atMost(LONG).until(() -> film(undisturbed).getString("state").equals("finished"));
        assertThat(get("/api/films/" + undisturbed + "/video.mp4").body()).isEqualTo(survivor);

        second.destroy();
        assertThat(second.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(second.exitValue()).isEqualTo(ENDED);
        assertThat(Files.readString(folder.resolve("2.log"))).doesNotContain("Exception").doesNotContain("did not close");
        // What it kept can be opened by the next one: nothing is left that holds it.
        serve();
        assertThat(film(film).getInteger("framesDone")).isEqualTo(36);
    }

    /** The studio of compose.yml: no worker of its own, all through one Redis. */
    @Test
    void aWorkerElsewhereMakesTheFilms() throws Exception {
        try (EmbeddedRedis redis = EmbeddedRedis.open(folder.resolve("redis"))) {
            serve("--redis", redis.url(), "--workers", "0");
            String film = wish();
            assertThat(film(film).getInteger("queuePosition")).isZero();
            Process worker = start("worker", "--redis", redis.url());
            await().atMost(LONG).until(() -> film(film).getString("state").equals("finished"));

            worker.destroy();
            assertThat(worker.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(worker.exitValue()).isEqualTo(ENDED);
            endEverything();
        }
    }

    @Test
    void wrongInputIsOneLine() throws Exception {
        try (ServerSocket taken = new ServerSocket(0)) {
            assertThat(refused("--host", "0.0.0.0", "--port", String.valueOf(taken.getLocalPort()), "--workers", "0"))
                    .contains("can't listen on").contains("--port");
        }
        assertThat(refused("--redis", "redis://127.0.0.1:1")).contains("redis://127.0.0.1:1");
        assertThat(refused("--redis", "nonsense")).contains("nonsense");
        assertThat(refused("--port", "70000")).contains("0 to 65535");
        assertThat(refused("--pack", folder.toString())).contains("pack.json");
        assertThat(refused("--public-url", "films.example")).contains("https://");
    }

    private String refused(String... options) throws Exception {
        Process process = start("serve", options);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        String output = Files.readString(log());
        assertThat(process.exitValue()).as(output).isEqualTo(2);
        assertThat(output.strip().lines()).as(output).hasSize(1);
        return output;
    }

    private Process serve(String... options) throws IOException {
        List<String> all = new ArrayList<>(List.of("--port", "0"));
        all.addAll(List.of(options));
        Process process = start("serve", all.toArray(String[]::new));
        Path log = log();
        await().atMost(LONG).until(() -> Files.readString(log).contains("http://") || !process.isAlive());
        url = Files.readString(log).replaceAll("(?s).*(http://\\S+).*", "$1");
        return process;
    }

    private Process start(String name, String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp", System.getProperty("java.class.path"),
                Longtake.class.getName(), name, "--data", folder.resolve("data").toString()));
        command.addAll(List.of(options));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve((started.size() + 1) + ".log").toFile())
                .start();
        started.add(process);
        return process;
    }

    private Path log() {
        return folder.resolve(started.size() + ".log");
    }

    private String wish() throws Exception {
        JsonObject wish = new JsonObject().put("prompt", "a red car").put("frames", 36).put("seed", 5).put("steps", 3);
        HttpResponse<byte[]> answer = send(HttpRequest.newBuilder(URI.create(url + "/api/films"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(wish.encode())));
        assertThat(answer.statusCode()).isEqualTo(201);
        return new JsonObject(new String(answer.body())).getString("id");
    }

    private JsonObject film(String id) throws Exception {
        return new JsonObject(new String(get("/api/films/" + id).body()));
    }

    private HttpResponse<byte[]> get(String path) throws Exception {
        return send(HttpRequest.newBuilder(URI.create(url + path)));
    }

    private HttpResponse<byte[]> send(HttpRequest.Builder request) throws Exception {
        if (!cookie.isEmpty()) {
            request.header("Cookie", cookie);
        }
        HttpResponse<byte[]> answer = CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        answer.headers().firstValue("set-cookie").ifPresent(value -> cookie = value.split(";")[0]);
        return answer;
    }
}
