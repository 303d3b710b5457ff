package dev.longtake.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longtake.film.VideoFrames;
import dev.longtake.media.FilmReader;
import dev.longtake.pack.Device;
import dev.longtake.pack.TestPacks;
import dev.longtake.studio.StudioConfig;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Films that a studio makes for programs elsewhere. */
class RemoteStudioTest {

    private static final Path EXAMPLE = Path.of("src/main/examples/Follow.java");

    @TempDir
    private static Path data;
    private static Server server;
    private static String url;

    @TempDir
    private Path folder;

    @BeforeAll
    static void open() {
        server = new Server(new Server.Plan(TestPacks.TOY, Device.parse("cpu").withThreads(1), Optional.empty(), data,
                "test", 1, Optional.of(new StudioConfig("127.0.0.1", 0, Optional.empty(), data.resolve("cache")))));
        server.open();
        url = "http://127.0.0.1:" + server.port();
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
        HttpClient client = HttpClient.newHttpClient();
        HttpResponse<String> made = client.send(HttpRequest.newBuilder(URI.create(url + "/api/keys"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"name\": \"test\"}")).build(),
                HttpResponse.BodyHandlers.ofString());
        String key = new JsonObject(made.body()).getString("key");
        String cookie = made.headers().firstValue("Set-Cookie").orElseThrow().split(";")[0];

        assertThat(generate(folder.resolve("film.mp4"), "--frames=8", "--server=" + url, "--api-key=" + key).exitCode)
                .isZero();
        HttpResponse<String> films = client.send(HttpRequest.newBuilder(URI.create(url + "/api/films"))
                .header("Cookie", cookie).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(new JsonObject(films.body()).getJsonArray("films")).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "--frames=0      | 2 | frames must be a whole number from 1 to 1000000, but was 0",
        "--mode=quick    | 2 | mode must be fast or careful, but was \"quick\"",
        "--api-key=lt_no | 2 | The Authorization header must be",
        "--server=nowhere| 2 | server must be an address such as https://films.example",
        "--server=http://127.0.0.1:1 | 1 | no studio answers at http://127.0.0.1:1"})
    void saysWhatTheStudioSays(String option, int exitCode, String message) throws IOException {
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

    private static Outcome generate(Path film, String... options) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("generate", "--prompt=a red car", "--output=" + film));
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
