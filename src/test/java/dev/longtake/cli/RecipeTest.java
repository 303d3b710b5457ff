package dev.longtake.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.longtake.pack.Device;
import dev.longtake.pack.PackManifest;
import dev.longtake.pack.TestPacks;
import dev.longtake.studio.StudioConfig;
import io.vertx.core.json.JsonArray;
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
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The recipe of a film makes the same film again, in the studio and on the command line. */
class RecipeTest {

    private static final Duration LONG = Duration.ofMinutes(2);

    @TempDir
    Path folder;

    private final HttpClient client = HttpClient.newHttpClient();
    private Server server;
    private String url;
    private String cookie = "";

    @BeforeEach
    void serve() {
        serve(TestPacks.TOY);
    }

    private void serve(Path pack) {
        server = new Server(new Server.Plan(
                pack, Device.parse("cpu").withThreads(1), Optional.empty(), folder.resolve("data"), "worker", 1,
                Optional.of(new StudioConfig("127.0.0.1", 0, Optional.empty(), folder.resolve("data/cache")))));
        server.open();
        url = "http://127.0.0.1:" + server.port();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aFilmWithAHistoryIsMadeAgainBitForBit() throws Exception {
        String parent = create(new JsonObject().put("prompt", "a red car").put("frames", 27).put("seed", 5)
                .put("timeline", new JsonArray().add(new JsonObject().put("frame", 16).put("prompt", "it rains"))));
        String film = send("POST", "/api/films/" + parent + "/fork", new JsonObject()
                .put("atFrame", 24).put("frames", 20).put("prompt", "now the sun rises").put("transition", 2)
                .put("seed", 99).encode()).getString("id");
        finish(film);
        send("POST", "/api/films/" + film + "/extend",
                new JsonObject().put("frames", 5).put("prompt", "a blue bus").encode());
        finish(film);
        byte[] video = bytes("/api/films/" + film + "/video.mp4");
        byte[] recipe = bytes("/api/films/" + film + "/recipe.json");

        JsonObject made = new JsonObject(new String(recipe, StandardCharsets.UTF_8)).getJsonObject("made");
        PackManifest pack = PackManifest.read(TestPacks.TOY);
        assertThat(made.getString("packVersion")).isEqualTo(pack.version());
        assertThat(made.getString("packDigest")).isEqualTo(pack.edition().digest());
        assertThat(made.getString("longtake")).isNotBlank();

        // By upload …
        String again = create(new JsonObject(new String(recipe, StandardCharsets.UTF_8)));
        assertThat(bytes("/api/films/" + again + "/video.mp4")).isEqualTo(video);
        assertThat(bytes("/api/films/" + again + "/recipe.json")).isEqualTo(recipe);
        // … and by hand.
        Path file = Files.write(folder.resolve("recipe.json"), recipe);
        Path mp4 = folder.resolve("again.mp4");
        assertThat(generate("--recipe=" + file, "--pack=" + TestPacks.TOY, "--output=" + mp4)).isEmpty();
        assertThat(mp4).hasBinaryContent(video);
    }

    @Test
    void aRefinedFilmIsMadeAgainBitForBit() throws Exception {
        server.close();
        serve(TestPacks.STORYBOOK);
        String film = create(new JsonObject().put("prompt", "a red car").put("frames", 45).put("seed", 5)
                .put("enhance", true).put("timeline",
                        new JsonArray().add(new JsonObject().put("frame", 16).put("prompt", "it rains"))));
        await().atMost(LONG).until(() -> "done".equals(
                new JsonObject(new String(bytes("/api/films/" + film))).getJsonObject("enhancement").getString("state")));
        byte[] video = bytes("/api/films/" + film + "/video.mp4");
        assertThat(video).isNotEqualTo(bytes("/api/films/" + film + "/video.mp4?rendition=base"));
        byte[] recipe = bytes("/api/films/" + film + "/recipe.json");
        assertThat(new JsonObject(new String(recipe, StandardCharsets.UTF_8)).getBoolean("enhance")).isTrue();
        Path file = Files.write(folder.resolve("recipe.json"), recipe);
        Path mp4 = folder.resolve("again.mp4");
        assertThat(generate("--recipe=" + file, "--pack=" + TestPacks.STORYBOOK, "--output=" + mp4)).isEmpty();
        assertThat(mp4).hasBinaryContent(video);
    }

    @Test
    void aFilmBegunWithAPictureIsMadeThereAndHereAndAgain() throws Exception {
        server.close();
        serve(TestPacks.STORYBOOK);
        String[] wish = {"--prompt=a ball in the meadow", "--frames=20", "--seed=5",
            "--image=src/test/resources/pictures/turned.webp", "--pack=" + TestPacks.STORYBOOK};
        Path here = folder.resolve("here.mp4");
        assertThat(generate(with(wish, "--output=" + here))).isEmpty();
        Path there = folder.resolve("there.mp4");
        cookie = "";
        String key = send("POST", "/api/keys", "{\"name\": \"laptop\"}").getString("key");
        assertThat(generate(with(wish, "--output=" + there, "--server=" + url, "--api-key=" + key))).isEmpty();
        assertThat(there).hasSameBinaryContentAs(here);

        String film = new JsonObject(new String(bytes("/api/films"))).getJsonArray("films").getJsonObject(0)
                .getString("id");
        byte[] recipe = bytes("/api/films/" + film + "/recipe.json");
        assertThat(new JsonObject(new String(recipe, StandardCharsets.UTF_8)).getString("image"))
                .startsWith("data:image/png;base64,");
        Path file = Files.write(folder.resolve("recipe.json"), recipe);
        Path again = folder.resolve("again.mp4");
        assertThat(generate("--recipe=" + file, "--pack=" + TestPacks.STORYBOOK, "--output=" + again)).isEmpty();
        assertThat(again).hasSameBinaryContentAs(here);
        Path without = folder.resolve("without.mp4");
        wish[3] = "--steps=6";
        assertThat(generate(with(wish, "--output=" + without))).isEmpty();
        assertThat(Files.readAllBytes(without)).isNotEqualTo(Files.readAllBytes(here));

        // A take from the beginning has the picture, too.
        String take = send("POST", "/api/films/" + film + "/fork",
                new JsonObject().put("atFrame", 0).put("seed", 5).encode()).getString("id");
        finish(take);
        assertThat(bytes("/api/films/" + take + "/video.mp4")).isEqualTo(Files.readAllBytes(here));
    }

    private static String[] with(String[] options, String... more) {
        return Stream.of(options, more).flatMap(Stream::of).toArray(String[]::new);
    }

    @Test
    void whatIsNoPictureIsSaid() throws IOException {
        String output = "--output=" + folder.resolve("x.mp4");
        Path text = Files.writeString(folder.resolve("cat.jpg"), "no cat");
        String storybook = "--pack=" + TestPacks.STORYBOOK;
        assertThat(generate("--prompt=a cat", "--image=" + text, storybook, output))
                .contains("--image must be a whole picture that stands still: JPEG, PNG")
                .contains("was \"a file of 6 bytes that is no such picture\"").doesNotContain("\n");
        assertThat(generate("--prompt=a cat", "--image=" + folder.resolve("none.jpg"), storybook, output))
                .contains("--image: there is no file ");
        assertThat(generate("--prompt=a cat", "--image=" + text, "--pack=" + TestPacks.TOY, output))
                .contains("--image must be left out: the pack \"toy\" can't begin with a picture");
        assertThat(generate("--prompt=a cat", "--image=" + text, "--server=" + url, output))
                .contains("image must be left out: the pack toy can't begin with a picture");
        Path recipe = Files.writeString(folder.resolve("recipe.json"),
                "{\"prompt\": \"a cat\", \"frames\": 8, \"image\": \"data:image/png;base64,AAAA\"}");
        assertThat(generate("--recipe=" + recipe, "--image=" + text, storybook, output))
                .contains("--recipe must be given without other options");
        assertThat(generate("--recipe=" + recipe, storybook, output)).contains("image must be a whole picture");
    }

    @Test
    void aPackWithoutAnEnhancerRefinesNothing() throws IOException {
        assertThat(generate("--prompt=a red car", "--enhance", "--pack=" + TestPacks.TOY,
                "--output=" + folder.resolve("x.mp4")))
                .contains("enhance must be left out: the pack \"toy\" has no enhancer");
    }

    @Test
    void anotherPackOfTheSameNameWouldMakeAnotherFilm() throws Exception {
        String film = create(new JsonObject().put("prompt", "a red car").put("frames", 16).put("mode", "careful"));
        byte[] recipe = bytes("/api/films/" + film + "/recipe.json");
        Path file = Files.write(folder.resolve("recipe.json"), recipe);
        Path other = TestPacks.carefulToy(Files.createDirectory(folder.resolve("other")));

        assertThat(generate("--recipe=" + file, "--pack=" + other, "--output=" + folder.resolve("x.mp4")))
                .contains("made.packDigest must be").contains("without \"made\"").doesNotContain("\n");
        JsonObject foreign = new JsonObject(new String(recipe, StandardCharsets.UTF_8));
        foreign.getJsonObject("made").put("packDigest", "0".repeat(64));
        JsonObject problem = send("POST", "/api/films", foreign.encode());
        assertThat(problem.getInteger("status")).isEqualTo(400);
        assertThat(problem.getString("field")).isEqualTo("made.packDigest");

        JsonObject anyway = new JsonObject(new String(recipe, StandardCharsets.UTF_8));
        anyway.remove("made");
        Files.writeString(file, anyway.encode());
        assertThat(generate("--recipe=" + file, "--pack=" + other, "--output=" + folder.resolve("x.mp4"))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--prompt=a car", "--seed=1", "--negative=fog", "--then=8: rain", "--steps=3"})
    void aRecipeSaysEverything(String option) throws IOException {
        Path file = Files.writeString(folder.resolve("recipe.json"), "{\"prompt\": \"a red car\", \"frames\": 8}");
        assertThat(generate("--recipe=" + file, option, "--pack=" + TestPacks.TOY, "--output=" + folder.resolve("x.mp4")))
                .contains("--recipe must be given without other options about the film but --frames");
    }

    @Test
    void whatIsNoRecipeIsSaid() throws IOException {
        Path file = Files.writeString(folder.resolve("recipe.json"), "{\"prompt\": \"a red car\"");
        String output = "--output=" + folder.resolve("x.mp4");
        String pack = "--pack=" + TestPacks.TOY;
        assertThat(generate("--recipe=" + file, pack, output)).contains("recipe must be a recipe.json");
        Files.writeString(file, "{\"prompt\": \"a red car\", \"frames\": 8, \"colour\": \"red\"}");
        assertThat(generate("--recipe=" + file, pack, output)).contains("colour must be left out");
        assertThat(generate("--recipe=" + folder.resolve("none.json"), pack, output)).contains("none.json");
        Files.writeString(file, "{\"prompt\": \"a red car\", \"endless\": true}");
        assertThat(generate("--recipe=" + file, pack, output)).contains("frames must be given");
        assertThat(generate("--recipe=" + file, "--frames=9", pack, output)).isEmpty();
        assertThat(generate(pack, output)).contains("--prompt must be given, unless --recipe is");
    }

    private String create(JsonObject wish) throws Exception {
        JsonObject film = send("POST", "/api/films", wish.encode());
        assertThat(film.getString("id")).as(film.encode()).isNotNull();
        finish(film.getString("id"));
        return film.getString("id");
    }

    private void finish(String film) {
        await().atMost(LONG).until(() -> new JsonObject(new String(bytes("/api/films/" + film))).getString("state")
                .equals("finished"));
    }

    private JsonObject send(String method, String path, String body) throws Exception {
        return new JsonObject(new String(send(HttpRequest.newBuilder(URI.create(url + path))
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body))).body()));
    }

    private byte[] bytes(String path) throws Exception {
        HttpResponse<byte[]> answer = send(HttpRequest.newBuilder(URI.create(url + path)));
        assertThat(answer.statusCode()).as(path).isEqualTo(200);
        return answer.body();
    }

    private HttpResponse<byte[]> send(HttpRequest.Builder request) throws Exception {
        if (!cookie.isEmpty()) {
            request.header("Cookie", cookie);
        }
        HttpResponse<byte[]> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        answer.headers().firstValue("set-cookie").ifPresent(value -> cookie = value.split(";")[0]);
        return answer;
    }

    /** What it complains about, empty if it made the film. */
    private static String generate(String... options) {
        String[] arguments = new String[options.length + 1];
        arguments[0] = "generate";
        System.arraycopy(options, 0, arguments, 1, options.length);
        PrintStream console = System.err;
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        try (PrintStream captured = new PrintStream(errors, true, StandardCharsets.UTF_8)) {
            System.setErr(captured);
            int exitCode = Longtake.run(arguments);
            String said = errors.toString(StandardCharsets.UTF_8);
            return exitCode == 0 ? "" : said.strip() + (said.isBlank() ? "exit code " + exitCode : "");
        } finally {
            System.setErr(console);
        }
    }
}
