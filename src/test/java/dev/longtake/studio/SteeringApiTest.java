package dev.longtake.studio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pausing, films without end, plans, names and the trash over REST. */
@ExtendWith(SharedStudio.class)
class SteeringApiTest {

    private final Studio studio;
    private final Person ann;

    SteeringApiTest(Studio studio) {
        this.studio = studio;
        ann = studio.stranger();
    }

    private Person.Answer send(String method, String path, JsonObject body, String... headers) {
        String[] all = Arrays.copyOf(headers, headers.length + 2);
        all[headers.length] = "Content-Type";
        all[headers.length + 1] = "application/json";
        return ann.send(method, path, HttpRequest.BodyPublishers.ofString(body.encode()), all);
    }

    private static JsonObject plan(Object... framesAndPrompts) {
        JsonArray timeline = new JsonArray();
        for (int i = 0; i < framesAndPrompts.length; i += 2) {
            timeline.add(new JsonObject().put("frame", framesAndPrompts[i]).put("prompt", framesAndPrompts[i + 1]));
        }
        return new JsonObject().put("timeline", timeline);
    }

    @Test
    void aFilmIsPausedAndResumed() {
        String film = "/api/films/" + ann.film("a red car", 40);
        assertThat(ann.post(film + "/resume").status()).isEqualTo(409);
        JsonObject paused = ann.post(film + "/pause").json();
        assertThat(paused.getString("state")).isEqualTo("paused");
        Person.Answer again = ann.post(film + "/pause");
        assertThat(again.status()).isEqualTo(409);
        assertThat(again.json().getString("detail")).isEqualTo("The film is paused, so there is nothing to pause.");
        assertThat(ann.post(film + "/prompts", new JsonObject().put("prompt", "rain")).status()).isEqualTo(200);
        assertThat(ann.post(film + "/resume").json().getString("state")).isEqualTo("queued");
        ann.post(film + "/pause");
        assertThat(ann.post(film + "/stop").json().getString("state")).isEqualTo("stopped");
    }

    @Test
    void anEndlessFilmGoesOnUntilItIsStopped() {
        JsonObject film = ann.post("/api/films",
                new JsonObject().put("prompt", "a red car").put("endless", true).put("seed", 7)).json();
        String path = "/api/films/" + film.getString("id");
        assertThat(film.getBoolean("endless")).isTrue();
        assertThat(film.getInteger("frames")).isEqualTo(HouseRules.USUAL_ENDLESS_FRAMES);
        JsonObject recipe = ann.get(path + "/recipe.json").json();
        assertThat(recipe.getBoolean("endless")).isTrue();
        assertThat(recipe.containsKey("frames")).isFalse();
        assertThat(ann.post("/api/films", recipe).status()).isEqualTo(201);

        assertThat(ann.post(path + "/extend", new JsonObject().put("frames", 8)).status()).isEqualTo(409);
        studio.shoot(film.getString("id"));
        JsonObject stopped = ann.post(path + "/stop").json();
        assertThat(stopped.getBoolean("endless")).isFalse();
        assertThat(stopped.getInteger("frames")).isEqualTo(16);
        assertThat(ann.get(path + "/recipe.json").json().getInteger("frames")).isEqualTo(16);
        assertThat(ann.post(path + "/extend", new JsonObject().put("endless", true)).json().getBoolean("endless")).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{\"prompt\": \"a\", \"frames\": 8, \"endless\": true}|frames",
        "{\"prompt\": \"a\", \"endless\": false}|frames",
        "{\"prompt\": \"a\", \"endless\": 1}|endless",
        "{\"prompt\": \"a\", \"frames\": 8, \"seeds\": [{\"frame\": 0, \"seed\": 1}]}|seeds[0].frame",
        "{\"prompt\": \"a\", \"frames\": 8, \"seeds\": [{\"frame\": 8, \"seed\": 1}, {\"frame\": 8, \"seed\": 2}]}"
                + "|seeds.frame"})
    void namesWhatIsWrongWithAnEndOrASeed(String body, String field) {
        Person.Answer answer = ann.post("/api/films", "application/json", body);
        assertThat(answer.status()).as(answer.text()).isEqualTo(400);
        assertThat(answer.json().getString("field")).isEqualTo(field);
    }

    @Test
    void whatIsPlannedCanBePlannedAnew() {
        String id = ann.film("a red car", 80);
        String path = "/api/films/" + id;
        studio.shoot(id);
        ann.post(path + "/prompts", new JsonObject().put("prompt", "fog").put("atFrame", 40));
        JsonObject film = ann.get(path).json();

        Person.Answer answer = send("PUT", path + "/timeline", plan(32, "rain", 48, "now it snows"),
                "If-Match", film.getString("timelineVersion"));
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        JsonObject planned = answer.json();
        assertThat(planned.getJsonArray("timeline")).extracting(line -> ((JsonObject) line).getString("prompt"))
                .containsExactly("a red car", "rain", "now it snows");
        assertThat(answer.header("ETag")).contains('"' + planned.getString("timelineVersion") + '"');

        Person.Answer late = send("PUT", path + "/timeline", plan(), "If-Match", '"' + film.getString("timelineVersion") + '"');
        assertThat(late.status()).isEqualTo(412);
        assertThat(late.json().getString("type")).isEqualTo("urn:longtake:problem:changed-meanwhile");
        assertThat(send("PUT", path + "/timeline", plan(), "If-Match", answer.header("ETag").orElseThrow()).status())
                .isEqualTo(200);
    }

    @Test
    void whatHasStartedCantBePlannedAnew() {
        String id = ann.film("a red car", 80);
        studio.shoot(id);
        Person.Answer answer = send("PUT", "/api/films/" + id + "/timeline", plan(0, "rain"));
        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.json().getString("detail")).contains("from frame 16 on");
        assertThat(answer.json().getString("allowed")).isEqualTo("16 or more");
        assertThat(send("PUT", "/api/films/" + id + "/timeline", plan(16, "car ".repeat(60))).json().getString("field"))
                .isEqualTo("prompt");
        assertThat(send("PUT", "/api/films/" + id + "/timeline", plan(16, "a", 16, "b")).status()).isEqualTo(400);
    }

    @Test
    void watchersHearFromWhichFrameAChangeIsSeen() {
        String id = ann.film("a red car", 80);
        studio.shoot(id);
        try (Watcher watcher = Watcher.open(studio.vertx, ann, "/api/films/" + id + "/live", true)) {
            await().until(() -> !watcher.events("state").isEmpty());
            ann.post("/api/films/" + id + "/prompts", new JsonObject().put("prompt", "rain").put("atFrame", 33));
            await().until(() -> !changes(watcher).isEmpty());
            JsonObject told = changes(watcher).get(0);
            assertThat(told.getInteger("changedFrom")).isEqualTo(40);
            assertThat(told.getJsonObject("film").getJsonArray("timeline").getJsonObject(1).getInteger("frame")).isEqualTo(40);
            send("PUT", "/api/films/" + id + "/timeline", plan(24, "fog", 40, "rain"));
            await().until(() -> changes(watcher).size() == 2);
            assertThat(changes(watcher).get(1).getInteger("changedFrom")).isEqualTo(24);
        }
    }

    private static List<JsonObject> changes(Watcher watcher) {
        return watcher.events("state").stream().filter(state -> state.containsKey("changedFrom")).toList();
    }

    @Test
    void aFilmHasAName() {
        String path = "/api/films/" + ann.film("a red car", 16);
        assertThat(ann.get(path).json().containsKey("title")).isFalse();
        assertThat(send("PATCH", path, new JsonObject().put("title", " Home ")).json().getString("title")).isEqualTo("Home");
        assertThat(ann.films().getJsonObject(0).getString("title")).isEqualTo("Home");
        assertThat(send("PATCH", path, new JsonObject().put("title", "")).json().containsKey("title")).isFalse();
        Person.Answer answer = send("PATCH", path, new JsonObject().put("title", "x".repeat(121)));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().getString("field")).isEqualTo("title");
        assertThat(studio.stranger().send("PATCH", path, HttpRequest.BodyPublishers.ofString("{\"title\": \"x\"}"),
                "Content-Type", "application/json").status()).isEqualTo(404);
    }

    @Test
    void aDeletionCanBeUndone() {
        String id = ann.film("a red car", 16);
        studio.shootAll(id);
        JsonObject before = ann.get("/api/films/" + id).json();
        String token = ann.post("/api/films/" + id + "/shares").json().getString("token");
        assertThat(ann.delete("/api/films/" + id).status()).isEqualTo(204);
        assertThat(ann.get("/v/" + token + "/video.mp4").status()).isEqualTo(404);
        assertThat(ann.films()).isEmpty();

        Person bob = studio.stranger();
        bob.film("a blue bus", 8);
        assertThat(bob.post("/api/films/" + id + "/restore").status()).isEqualTo(404);
        assertThat(studio.stranger().post("/api/films/" + id + "/restore").status()).isEqualTo(404);
        assertThat(ann.post("/api/films/" + id + "/restore").json()).isEqualTo(before);
        assertThat(ann.films()).hasSize(1);
        assertThat(ann.get("/v/" + token + "/video.mp4").status()).isEqualTo(200);
        assertThat(ann.post("/api/films/" + id + "/restore").status()).isEqualTo(404);
    }

    @Test
    void watchersOfADeletedFilmAreToldAndThoseOfARestoredOneAreNot() {
        String id = ann.film("a red car", 80);
        String live = "/api/films/" + id + "/live";
        String from;
        try (Watcher watcher = Watcher.open(studio.vertx, ann, live, true)) {
            await().until(() -> !watcher.events("state").isEmpty());
            from = watcher.events("state").get(0).getString("id");
            ann.delete("/api/films/" + id);
            await().until(() -> watcher.closed != null);
            assertThat(watcher.closed).isEqualTo(LiveSocket.FILM_GONE);
        }
        ann.post("/api/films/" + id + "/restore");
        try (Watcher watcher = Watcher.open(studio.vertx, ann, live + "?from=" + from, true)) {
            studio.shoot(id);
            await().until(() -> !watcher.events("chunk").isEmpty());
            assertThat(watcher.closed).isNull();
        }
    }
}
