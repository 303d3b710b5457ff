package dev.longtake.studio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longtake.film.Film;
import dev.longtake.film.FilmId;
import dev.longtake.film.Recipe;
import dev.longtake.film.Timeline;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Films over REST, from the first wish to the last. */
@ExtendWith(SharedStudio.class)
class FilmApiTest {

    private final Studio studio;
    private final Person ann;

    FilmApiTest(Studio studio) {
        this.studio = studio;
        ann = studio.stranger();
    }

    @Test
    void aWishBecomesAFilmThatWaits() {
        Person.Answer answer = ann.post("/api/films", new JsonObject().put("prompt", " a red car ").put("frames", 80));

        assertThat(answer.status()).isEqualTo(201);
        JsonObject film = answer.json();
        assertThat(answer.header("Location")).contains("/api/films/" + film.getString("id"));
        assertThat(film.getString("state")).isEqualTo("queued");
        assertThat(film.getInteger("queuePosition")).isNotNegative();
        assertThat(film.getString("prompt")).isEqualTo("a red car");
        assertThat(film.getInteger("chunks")).isEqualTo(9);
        assertThat(film.getLong("seed")).isBetween(0L, 1L << 32);
        assertThat(film.getString("mode")).isEqualTo("fast");
        assertThat(film.getInteger("steps")).isEqualTo(6);
        assertThat(film.getDouble("guidance")).isEqualTo(3.0);
        assertThat(film.getInteger("fps")).isEqualTo(8);
        assertThat(film.getJsonObject("links").getString("video"))
                .isEqualTo("/api/films/" + film.getString("id") + "/video.mp4");
        assertThat(ann.get("/api/films/" + film.getString("id")).json()).isEqualTo(film);
    }

    @Test
    void theOwnersSecretIsHardToStealAndNotRemembered() {
        String cookie = ann.post("/api/films", new JsonObject().put("prompt", "a").put("frames", 8)).cookie().orElseThrow();

        assertThat(cookie).containsIgnoringCase("HttpOnly").contains("SameSite=Lax").contains("Path=/").doesNotContain("Secure");
        String secret = ann.cookie().split("=")[1];
        assertThat(secret).hasSize(43);
        Film film = Studio.await(studio.memory.films().find(new FilmId(ann.films().getJsonObject(0).getString("id"))));
        assertThat(film.owner()).isNotEqualTo(secret).hasSize(43);
    }

    @Test
    void toOthersAFilmDoesNotExist() {
        String id = ann.film("a red car", 16);
        Person bob = studio.stranger();
        bob.film("a blue bus", 16);

        for (Person other : new Person[] {bob, studio.stranger()}) {
            assertThat(other.get("/api/films/" + id).status()).isEqualTo(404);
            assertThat(other.get("/api/films/" + id + "/video.mp4").status()).isEqualTo(404);
            assertThat(other.post("/api/films/" + id + "/stop").status()).isEqualTo(404);
            assertThat(other.post("/api/films/" + id + "/shares").status()).isEqualTo(404);
            assertThat(other.delete("/api/films/" + id).status()).isEqualTo(404);
        }
        assertThat(bob.films()).hasSize(1);
        assertThat(studio.stranger().films()).isEmpty();
        assertThat(ann.get("/api/films/" + id).status()).isEqualTo(200);
    }

    @Test
    void myFilmsComeNewestFirstAndPageByPage() {
        String first = ann.film("one", 8);
        String second = ann.film("two", 8);
        String third = ann.film("three", 8);

        JsonObject page = ann.get("/api/films?limit=2").json();
        assertThat(page.getJsonArray("films")).extracting(film -> ((JsonObject) film).getString("id"))
                .containsExactly(third, second);
        JsonObject rest = ann.get("/api/films?limit=2&before=" + page.getString("next")).json();
        assertThat(rest.getJsonArray("films")).extracting(film -> ((JsonObject) film).getString("id"))
                .containsExactly(first);
        assertThat(rest.containsKey("next")).isFalse();
    }

    @Test
    void thePromptChangesFromAChunkThatHasNotStarted() {
        String id = ann.film("a red car", 80);
        studio.shoot(id);

        JsonObject film = ann.post("/api/films/" + id + "/prompts", new JsonObject().put("prompt", "now it snows")).json();
        JsonArray timeline = film.getJsonArray("timeline");
        assertThat(timeline).hasSize(2);
        assertThat(timeline.getJsonObject(1).getString("prompt")).isEqualTo("now it snows");
        assertThat(timeline.getJsonObject(1).getInteger("frame")).isEqualTo(16);
        assertThat(timeline.getJsonObject(1).getDouble("seconds")).isEqualTo(2.0);

        JsonObject later = ann.post("/api/films/" + id + "/prompts",
                new JsonObject().put("prompt", "the sun rises").put("atFrame", 41).put("transition", 2)).json();
        assertThat(later.getJsonArray("timeline").getJsonObject(2).getInteger("frame")).isEqualTo(48);
        assertThat(later.getString("prompt")).isEqualTo("a red car");
    }

    @Test
    void aStoppedFilmKeepsWhatItHasAndCanGoOn() {
        String id = ann.film("a red car", 80);
        studio.shoot(id);

        JsonObject stopped = ann.post("/api/films/" + id + "/stop").json();
        assertThat(stopped.getString("state")).isEqualTo("stopped");
        assertThat(stopped.getInteger("framesDone")).isEqualTo(16);

        Person.Answer again = ann.post("/api/films/" + id + "/stop");
        assertThat(again.status()).isEqualTo(409);
        assertThat(again.json().getString("detail")).contains("stopped");
        assertThat(ann.post("/api/films/" + id + "/prompts", new JsonObject().put("prompt", "snow")).status()).isEqualTo(409);

        JsonObject on = ann.post("/api/films/" + id + "/extend",
                new JsonObject().put("frames", 8).put("prompt", "it snows")).json();
        assertThat(on.getString("state")).isIn("queued", "running");
        assertThat(on.getInteger("frames")).isEqualTo(24);
        assertThat(on.getJsonArray("timeline")).hasSize(2);
        assertThat(studio.shootAll(id).framesDone()).isEqualTo(24);
        assertThat(ann.get("/api/films/" + id).json().getString("state")).isEqualTo("finished");
    }

    @Test
    void aRecipeMakesTheSameFilmAgain() {
        JsonObject wish = new JsonObject()
                .put("prompt", "a red car").put("frames", 40).put("negativePrompt", "fog").put("seed", -9007199254740991L)
                .put("mode", "careful").put("steps", 4).put("guidance", 2.5).put("pack", "storybook")
                .put("timeline", new JsonArray().add(
                        new JsonObject().put("frame", 24).put("prompt", "it rains").put("transition", 2)));
        String id = ann.post("/api/films", wish).json().getString("id");

        JsonObject recipe = ann.get("/api/films/" + id + "/recipe.json").json();
        JsonObject wished = recipe.copy();
        JsonObject made = (JsonObject) wished.remove("made");
        assertThat(wished).isEqualTo(wish);
        assertThat(made.fieldNames()).containsExactlyInAnyOrder("longtake", "packVersion", "packDigest");
        Person.Answer again = ann.post("/api/films", recipe);
        assertThat(again.status()).isEqualTo(201);
        assertThat(ann.get("/api/films/" + again.json().getString("id") + "/recipe.json").json()).isEqualTo(recipe);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{}|fast|6|3",
        "{\"steps\": 8}|fast|8|3",
        "{\"steps\": 9}|careful|9|4",
        "{\"guidance\": 3}|careful|16|3",
        "{\"negativePrompt\": \"fog\"}|careful|16|4",
        "{\"mode\": \"careful\"}|careful|16|4",
        "{\"mode\": \"fast\", \"steps\": 4, \"guidance\": 3, \"negativePrompt\": \" \"}|fast|4|3"})
    void aWishIsFastWhereItCanBe(String wish, String mode, int steps, double guidance) {
        JsonObject film = ann.post("/api/films",
                new JsonObject(wish).put("prompt", "a red car").put("frames", 40)).json();

        assertThat(film.getString("mode")).isEqualTo(mode);
        assertThat(film.getInteger("steps")).isEqualTo(steps);
        assertThat(film.getDouble("guidance")).isEqualTo(guidance);
        JsonObject recipe = ann.get("/api/films/" + film.getString("id") + "/recipe.json").json();
        assertThat(ann.post("/api/films", recipe).json().getString("mode")).isEqualTo(mode);
    }

    @Test
    void aLongerFilmIsMadeInItsMode() {
        String id = ann.film("a red car", 16);
        studio.shootAll(id);
        JsonObject longer = ann.post("/api/films/" + id + "/extend", new JsonObject().put("frames", 8)).json();
        assertThat(longer.getString("mode")).isEqualTo("fast");
        assertThat(longer.getInteger("steps")).isEqualTo(6);
    }

    @Test
    void aDeletedFilmIsGoneWithItsLinks() {
        String id = ann.film("a red car", 16);
        studio.shootAll(id);
        String token = ann.post("/api/films/" + id + "/shares").json().getString("token");
        assertThat(ann.get("/v/" + token + "/video.mp4").status()).isEqualTo(200);

        assertThat(ann.delete("/api/films/" + id).status()).isEqualTo(204);
        assertThat(ann.get("/api/films/" + id).status()).isEqualTo(404);
        assertThat(ann.delete("/api/films/" + id).status()).isEqualTo(404);
        assertThat(ann.get("/v/" + token + "/video.mp4").status()).isEqualTo(404);
        assertThat(ann.films()).isEmpty();
    }

    @Test
    void aShareLinkLastsUntilItIsWithdrawnByItsMaker() {
        String id = ann.film("a red car", 16);
        Person.Answer made = ann.post("/api/films/" + id + "/shares");
        assertThat(made.status()).isEqualTo(201);
        String token = made.json().getString("token");
        assertThat(made.json().getString("url")).isEqualTo(ann.url + "/v/" + token);

        Person bob = studio.stranger();
        assertThat(bob.get("/v/" + token).status()).isEqualTo(200);
        assertThat(bob.delete("/api/shares/" + token).status()).isEqualTo(404);
        bob.film("a blue bus", 8);
        assertThat(bob.delete("/api/shares/" + token).status()).isEqualTo(404);

        assertThat(ann.delete("/api/shares/" + token).status()).isEqualTo(204);
        assertThat(bob.get("/v/" + token).status()).isEqualTo(404);
        assertThat(ann.delete("/api/shares/" + token).status()).isEqualTo(404);
    }

    @Test
    void aFilmOfAnotherPackCanBeWatchedButNotMadeOn() {
        Film mine = Studio.await(studio.memory.films().find(new FilmId(ann.film("a red car", 8))));
        Recipe recipe = new Recipe("older", Timeline.of("a red car"), "", 8, 1, 4, 2);
        Film other = Studio.await(studio.memory.films().create(Film.create(mine.owner(), recipe, Studio.PLAN)));
        studio.shootAll(other.id().value());

        assertThat(ann.get("/api/films/" + other.id() + "/video.mp4").status()).isEqualTo(200);
        Person.Answer answer = ann.post("/api/films/" + other.id() + "/extend", new JsonObject().put("frames", 8));
        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.json().getString("detail")).contains("older").contains("storybook");
    }

    @Test
    void packsSayWhatTheyCan() {
        JsonObject pack = ann.get("/api/packs").json().getJsonArray("packs").getJsonObject(0);

        assertThat(pack.getString("name")).isEqualTo("storybook");
        assertThat(pack.getInteger("chunkStep")).isEqualTo(8);
        assertThat(pack.getInteger("steps")).isEqualTo(16);
        assertThat(pack.getJsonObject("fast")).isEqualTo(new JsonObject()
                .put("steps", 6).put("leastSteps", 4).put("mostSteps", 8).put("guidance", 3.0));
        assertThat(pack.getJsonObject("vocabulary").getJsonArray("actor")).containsExactly("red car");
    }
}
