package dev.longtake.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longtake.film.VideoFrames;
import dev.longtake.media.FilmReader;
import dev.longtake.memory.Cable;
import dev.longtake.pack.Device;
import dev.longtake.pack.TestPacks;
import dev.longtake.studio.StudioConfig;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Films that a studio makes for programs elsewhere. */
class RemoteStudioTest {

    private static final Duration LONG = Duration.ofMinutes(2);
    private static final Path EXAMPLE = Path.of("src/main/examples/Follow.java");

    @TempDir
    private static Path data;
    private static Server server;
    private static String url;

    @TempDir
    private Path folder;

    @BeforeAll
    static void open() {
        server = serve(data, 0);
        url = "http://127.0.0.1:" + server.port();
    }

    private static Server serve(Path data, int port) {
        Server server = new Server(new Server.Plan(
                TestPacks.TOY, Device.parse("cpu").withThreads(1), Optional.empty(), data, "test", 1,
                Optional.of(new StudioConfig("127.0.0.1", port, Optional.empty(), data.resolve("cache")))));
        server.open();
        return server;
    }

    @AfterAll
    static void close() {
        server.close();
    }

    @Test
    void aFilmIsMadeThereAndWrittenHere() throws Exception {
        Path film = folder.resolve("film.mp4");
        Outcome outcome = generate(film, "--frames=40", "--seed=7", "--then=16: it rains", "--server=" + url + "/");

        assertThat(outcome.exitCode).as(outcome.errors).isZero();
        assertThat(frames(film)).isEqualTo(40);
        assertThat(outcome.errors.lines()).anyMatch(line -> line.startsWith("following " + url + "/films/"))
                .as("to its end, also if all was made before anybody listened")
                .anyMatch(line -> line.matches("chunk 4 of 4, 40 of 40 frames, .*"));
        assertThat(folder).isDirectoryNotContaining(file -> !file.equals(film));
    }

    @Test
    void aKeySaysWhoseFilmItIs() throws Exception {
        String key = key(url);

        assertThat(generate(folder.resolve("film.mp4"), "--frames=8", "--server=" + url, "--api-key=" + key).exitCode)
                .isZero();
        assertThat(films(url, key)).hasSize(1);
    }

    @Test
    void aRecipeMakesTheSameFileThereAndHere() throws Exception {
        Path recipe = Files.writeString(folder.resolve("recipe.json"), """
                {"prompt": "a red car", "frames": 43, "seed": 7, "mode": "careful", "steps": 3, "negativePrompt": "rain",
                 "timeline": [{"frame": 16, "prompt": "now it snows", "transition": 2}], "seeds": [{"frame": 24, "seed": 9}]}
                """);
        Path there = folder.resolve("there.mp4");
        Path here = folder.resolve("here.mp4");

        assertThat(run("--recipe=" + recipe, "--server=" + url, "--output=" + there).exitCode).isZero();
        assertThat(run("--recipe=" + recipe, "--pack=" + TestPacks.TOY, "--output=" + here).exitCode).isZero();
        assertThat(frames(there)).isEqualTo(43);
        assertThat(there).hasSameBinaryContentAs(here);
    }

    @Test
    void aRecipeWithoutEndNeedsAnEndThereAndHere() throws Exception {
        Path recipe = Files.writeString(folder.resolve("recipe.json"),
                "{\"prompt\": \"a red car\", \"endless\": true, \"seed\": 7}");
        Path film = folder.resolve("film.mp4");

        for (String where : List.of("--server=" + url, "--pack=" + TestPacks.TOY)) {
            Outcome refused = run("--recipe=" + recipe, where, "--output=" + film);
            assertThat(refused.exitCode).isEqualTo(2);
            assertThat(refused.errors).contains("frames must be given, for the film of this recipe has no end");
            assertThat(run("--recipe=" + recipe, "--frames=17", where, "--output=" + film).exitCode).isZero();
            assertThat(frames(film)).isEqualTo(17);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "CUT,     4,  300, in the answer to the request",
        "CUT,     4, 3000, while the film is followed",
        "CUT,     4, 8000, later",
        "SILENCE, 1, 6000, without a word"})
    void aConnectionThatIsLostIsMadeAgain(Cable.Break manner, int times, int bytes, String when) throws Exception {
        String key = key(url);
        Path there = folder.resolve("there.mp4");
        Path here = folder.resolve("here.mp4");
        try (Cable cable = new Cable(url)) {
            cable.breakAfter(bytes, times, manner);
            Outcome outcome = generate(there, "--frames=80", "--seed=7", "--api-key=" + key, "--server=" + cable.url());
            assertThat(outcome.exitCode).as(when + ": " + outcome.errors).isZero();
            assertThat(cable.breaksLeft()).as("that it really broke").isZero();
        }
        assertThat(films(url, key)).as("whatever was sent twice").hasSize(1);
        assertThat(generate(here, "--frames=80", "--seed=7", "--pack=" + TestPacks.TOY).exitCode).isZero();
        assertThat(there).hasSameBinaryContentAs(here);
        assertThat(folder).isDirectoryNotContaining(file -> file.toString().endsWith(".part"));
    }

    @Test
    void aStudioThatStartsAnewIsWaitedFor() throws Exception {
        Path there = folder.resolve("there.mp4");
        Path here = folder.resolve("here.mp4");
        Server before = serve(folder.resolve("data"), 0);
        int port = before.port();
        String studio = "http://127.0.0.1:" + port;
        CompletableFuture<Outcome> generated;
        String key;
        String film;
        try {
            key = key(studio);
            generated = CompletableFuture.supplyAsync(
                    () -> generate(there, "--frames=160", "--seed=7", "--api-key=" + key, "--server=" + studio));
            // It rests, so that it can't be done before the studio goes.
            Awaitility.await().atMost(LONG).until(() -> films(studio, key).size() == 1
                    && films(studio, key).getJsonObject(0).getInteger("framesDone") > 0);
            film = "/api/films/" + films(studio, key).getJsonObject(0).getString("id");
            assertThat(send("POST", studio + film + "/pause", "", key).statusCode()).isEqualTo(200);
        } finally {
            before.close();
        }
        Server after = serve(folder.resolve("data"), port);
        try {
            assertThat(send("POST", studio + film + "/resume", "", key).statusCode()).isEqualTo(200);
            Outcome outcome = generated.get(LONG.toSeconds(), TimeUnit.SECONDS);
            assertThat(outcome.exitCode).as(outcome.errors).isZero();
        } finally {
            after.close();
        }
        assertThat(generate(here, "--frames=160", "--seed=7", "--pack=" + TestPacks.TOY).exitCode).isZero();
        assertThat(there).hasSameBinaryContentAs(here);
    }

    private static String key(String studio) throws Exception {
        return new JsonObject(send("POST", studio + "/api/keys", "{\"name\": \"test\"}", "").body()).getString("key");
    }

    private static JsonArray films(String studio, String key) throws Exception {
        return new JsonObject(send("GET", studio + "/api/films", "", key).body()).getJsonArray("films");
    }

    private static HttpResponse<String> send(String method, String address, String body, String key) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address))
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (!key.isEmpty()) {
            request.header("Authorization", "Bearer " + key);
        }
        return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "--frames=0      | 2 | frames must be a whole number from 1 to 1000000, but was 0",
        "--mode=quick    | 2 | mode must be fast or careful, but was \"quick\"",
        "--api-key=lt_no | 2 | The Authorization header must be",
        "--server=nowhere| 2 | server must be an address such as https://films.example",
        "--server=http://127.0.0.1:1 | 1 | no studio answers at http://127.0.0.1:1"})
    void saysWhatTheStudioSays(String option, int exitCode, String message) {
        List<String> options = new ArrayList<>(List.of("--frames=8", option));
        if (option.startsWith("--frames")) {
            options.remove(0);
        }
        if (!option.startsWith("--server")) {
            options.add("--server=" + url);
        }
        Outcome outcome = generate(folder.resolve("film.mp4"), options.toArray(String[]::new));

        assertThat(outcome.exitCode).isEqualTo(exitCode);
        assertThat(outcome.errors).contains(message);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void theExampleOfTheProtocolWorksAndIsShort() throws Exception {
        Path film = folder.resolve("film.mp4");
        Process example = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), EXAMPLE.toString(), url, "a red car",
                film.toString()).redirectErrorStream(true).start();
        String said = new String(example.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(example.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(example.exitValue()).as(said).isZero();
        assertThat(frames(film)).isEqualTo(24);
        assertThat(Files.readAllLines(EXAMPLE)).hasSizeLessThanOrEqualTo(40);
    }

    private static int frames(Path film) {
        int count = 0;
        try (FilmReader reader = new FilmReader(film)) {
            for (Optional<VideoFrames> next = reader.next(16); next.isPresent(); next = reader.next(16)) {
                count += next.get().count();
            }
        }
        return count;
    }

    private static Outcome generate(Path film, String... options) {
        List<String> arguments = new ArrayList<>(List.of("--prompt=a red car", "--output=" + film));
        arguments.addAll(List.of(options));
        return run(arguments.toArray(String[]::new));
    }

    private static Outcome run(String... options) {
        List<String> arguments = new ArrayList<>(List.of("generate"));
        arguments.addAll(List.of(options));
        PrintStream console = System.err;
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        try (PrintStream captured = new PrintStream(errors, true, StandardCharsets.UTF_8)) {
            System.setErr(captured);
            return new Outcome(Longtake.run(arguments.toArray(String[]::new)), errors.toString(StandardCharsets.UTF_8));
        } finally {
            System.setErr(console);
        }
    }

    private record Outcome(int exitCode, String errors) { }
}
