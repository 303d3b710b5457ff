package dev.longtake.studio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longtake.film.FilmId;
import dev.longtake.memory.FilmEvent;
import dev.longtake.memory.FilmEvents;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Going back, taking another turn, and seeing what chunks there are. */
@ExtendWith(SharedStudio.class)
class TakesApiTest {

    private final Studio studio;
    private final Person ann;

    TakesApiTest(Studio studio) {
        this.studio = studio;
        ann = studio.stranger();
    }

    private String film(int frames, int chunks) {
        String id = ann.film("a red car", frames);
        for (int i = 0; i < chunks; i++) {
            studio.shoot(id);
        }
        return id;
    }

    @Test
    void anotherTurnIsAFilmBesideTheFirst() {
        String id = film(40, 4);
        Person.Answer answer = ann.post("/api/films/" + id + "/fork", new JsonObject()
                .put("atFrame", 24).put("frames", 16).put("prompt", "it rains").put("transition", 2).put("seed", 99));
        assertThat(answer.status()).isEqualTo(201);
        JsonObject take = answer.json();
        String other = take.getString("id");
        assertThat(answer.header("Location")).contains("/api/films/" + other);
        assertThat(take.getString("parent")).isEqualTo(id);
        assertThat(take.getString("root")).isEqualTo(id);
        assertThat(take.getInteger("forkedAt")).isEqualTo(24);
        assertThat(take.getInteger("framesDone")).isEqualTo(24);
        assertThat(take.getInteger("frames")).isEqualTo(40);
        assertThat(take.getJsonArray("timeline").getJsonObject(1).getInteger("frame")).isEqualTo(24);
        assertThat(ann.get("/api/films/" + other + "/video.mp4").status()).isEqualTo(200);
        assertThat(ann.get("/api/films/" + other + "/poster.jpg").status()).isEqualTo(200);

        studio.shootAll(other);
        JsonObject tree = ann.get("/api/films/" + id + "/takes").json();
        assertThat(tree.getString("root")).isEqualTo(id);
        assertThat(tree.getJsonArray("takes")).extracting(one -> ((JsonObject) one).getString("id"))
                .containsExactly(id, other);
        assertThat(ann.get("/api/films/" + id).json().containsKey("parent")).isFalse();
    }

    @Test
    void theRecipeOfATakeTellsItsSeeds() {
        String id = film(24, 2);
        String take = ann.post("/api/films/" + id + "/fork",
                new JsonObject().put("atFrame", 16).put("seed", 99)).json().getString("id");
        JsonObject recipe = ann.get("/api/films/" + take + "/recipe.json").json();
        assertThat(recipe.getLong("seed")).isEqualTo(7);
        assertThat(recipe.getJsonArray("seeds"))
                .isEqualTo(new JsonArray().add(new JsonObject().put("frame", 16).put("seed", 99)));
        Person.Answer again = ann.post("/api/films", recipe);
        assertThat(again.status()).isEqualTo(201);
        assertThat(ann.get("/api/films/" + again.json().getString("id") + "/recipe.json").json()).isEqualTo(recipe);
    }

    @Test
    void theLastChunkIsUndoneByATakeThatEndsBeforeIt() {
        String id = film(32, 3);
        JsonObject undone = ann.post("/api/films/" + id + "/fork",
                new JsonObject().put("atFrame", 24).put("frames", 0)).json();
        assertThat(undone.getString("state")).isEqualTo("finished");
        assertThat(undone.getInteger("framesDone")).isEqualTo(24);
        assertThat(ann.get("/api/films/" + id).json().getInteger("framesDone")).as("nothing is lost").isEqualTo(32);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{\"atFrame\": 17}|atFrame", "{\"atFrame\": 32}|atFrame", "{\"atFrame\": 0, \"frames\": 0}|frames",
        "{\"frames\": 1000000}|frames", "{\"prompt\": \" \"}|prompt", "{\"prompt\": \"a\", \"transition\": 0}|transition",
        "{\"seed\": 9007199254740992}|seed", "{\"at\": 16}|at"})
    void namesTheFieldOfATakeThatIsWrong(String body, String field) {
        Person.Answer answer = ann.post("/api/films/" + film(80, 2) + "/fork", "application/json", body);
        assertThat(answer.status()).as(answer.text()).isEqualTo(400);
        assertThat(answer.json().getString("field")).isEqualTo(field);
    }

    @Test
    void toOthersThereAreNoTakes() {
        String id = film(16, 1);
        Person bob = studio.stranger();
        bob.film("a blue bus", 8);
        assertThat(bob.post("/api/films/" + id + "/fork", new JsonObject()).status()).isEqualTo(404);
        assertThat(bob.get("/api/films/" + id + "/takes").status()).isEqualTo(404);
        assertThat(bob.get("/api/films/" + id + "/chunks").status()).isEqualTo(404);
        assertThat(bob.get("/api/films/" + id + "/chunks/0/still.jpg").status()).isEqualTo(404);
    }

    @Test
    void tellsWhichChunksAreMadeAndWhichPromptTheyShow() {
        String id = film(44, 2);
        ann.post("/api/films/" + id + "/prompts", new JsonObject().put("prompt", "a cat").put("atFrame", 32));
        JsonObject film = ann.get("/api/films/" + id).json();
        assertThat(film.getJsonObject("open").getInteger("frame")).isEqualTo(24);
        assertThat(film.getJsonObject("open").getDouble("seconds")).isEqualTo(3);

        JsonObject strip = ann.get("/api/films/" + id + "/chunks?from=1&limit=3").json();
        assertThat(strip.getInteger("chunks")).isEqualTo(5);
        assertThat(strip.getJsonArray("strip")).extracting(one -> ((JsonObject) one).getString("state"))
                .containsExactly("done", "planned", "planned");
        JsonArray all = ann.get("/api/films/" + id + "/chunks").json().getJsonArray("strip");
        assertThat(all).extracting(one -> ((JsonObject) one).getInteger("firstFrame"))
                .containsExactly(0, 16, 24, 32, 40);
        assertThat(all).extracting(one -> ((JsonObject) one).getInteger("frames")).containsExactly(16, 8, 8, 8, 4);
        assertThat(all).extracting(one -> ((JsonObject) one).getString("prompt"))
                .containsExactly("a red car", "a red car", "a red car", "a cat", "a cat");

        studio.begin(id);
        assertThat(ann.get("/api/films/" + id).json().getInteger("making")).isEqualTo(2);
        assertThat(ann.get("/api/films/" + id).json().getJsonObject("open").getInteger("frame")).isEqualTo(32);
        assertThat(ann.get("/api/films/" + id + "/chunks?from=2&limit=1").json().getJsonArray("strip")
                .getJsonObject(0).getString("state")).isEqualTo("making");
    }

    @Test
    void tellsHowTheChunkInWorkGetsOn() {
        String id = film(44, 2);
        FilmEvents events = studio.memory.events();
        studio.begin(id);
        Studio.await(events.append(new FilmId(id), FilmEvent.PROGRESS,
                new JsonObject().put("chunk", 2).put("step", 3).put("steps", 6).put("framesDone", 24).put("fps", 2.5)
                        .put("etaSeconds", 4.5)));
        JsonObject progress = ann.get("/api/films/" + id).json().getJsonObject("progress");
        assertThat(progress.getInteger("step")).isEqualTo(3);
        assertThat(progress.getDouble("etaSeconds")).isEqualTo(4.5);
        ann.post("/api/films/" + id + "/stop");
        assertThat(ann.get("/api/films/" + id).json().containsKey("progress")).as("at rest").isFalse();
        ann.post("/api/films/" + id + "/extend", new JsonObject().put("frames", 24));
        studio.shoot(id);
        studio.begin(id);
        assertThat(ann.get("/api/films/" + id).json().containsKey("progress")).as("of the chunk before").isFalse();
    }

    @Test
    void everyChunkThatIsMadeHasASmallPicture() {
        String id = film(44, 2);
        String path = ann.get("/api/films/" + id + "/chunks?from=1&limit=1").json().getJsonArray("strip")
                .getJsonObject(0).getString("still");
        Person.Answer still = ann.get(path);
        assertThat(still.status()).as(still.text()).isEqualTo(200);
        assertThat(still.header("Content-Type")).contains("image/jpeg");
        assertThat(Studio.grey(still.response().body())).as("middle of frames 16 to 23").isBetween(66, 74);
        assertThat(Studio.grey(ann.get(path.replace("/1/", "/0/")).response().body())).isBetween(42, 50);

        assertThat(ann.get(path, "If-None-Match", still.header("ETag").orElseThrow()).status()).isEqualTo(304);
        assertThat(ann.get(path.replace("/1/", "/2/")).status()).isEqualTo(404);
        assertThat(ann.get(path.replace("/1/", "/x/")).status()).isEqualTo(404);

        String token = ann.post("/api/films/" + id + "/shares").json().getString("token");
        assertThat(studio.stranger().get("/v/" + token + "/chunks/1/still.jpg").response().body())
                .isEqualTo(still.response().body());
    }
}
