package dev.longtake.studio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longtake.film.StartImage;
import dev.longtake.media.StartImages;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Films that begin with a picture: who may see it, and where it goes. */
@ExtendWith(SharedStudio.class)
class StartImageApiTest {

    private static final String PNG = "data:image/png;base64,";

    private final Studio studio;
    private final Person ann;
    private final byte[] jpeg;
    private final StartImage seen;
    private final String film;

    StartImageApiTest(Studio studio) throws IOException {
        this.studio = studio;
        ann = studio.stranger();
        jpeg = Files.readAllBytes(Path.of("src/test/resources/pictures/quarters-progressive.jpg"));
        seen = new StartImages(64, 64).read("image", jpeg);
        film = begin(ann, "data:image/jpeg;base64," + Base64.getEncoder().encodeToString(jpeg)).json().getString("id");
        studio.shoot(film);
        studio.shoot(film);
    }

    private static Person.Answer begin(Person person, String image) {
        Person.Answer answer = person.post("/api/films", new JsonObject()
                .put("prompt", "a red car").put("frames", 80).put("seed", 7).put("image", image));
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        return answer;
    }

    private String api(String path) {
        return "/api/films/" + film + path;
    }

    @Test
    void theOwnerSeesThePictureAsItIsUsed() {
        assertThat(ann.get(api("")).json().getString("image")).isEqualTo(api("/image.png"));
        Person.Answer picture = ann.get(api("/image.png"));
        assertThat(picture.header("Content-Type")).contains("image/png");
        assertThat(new StartImages(64, 64).read("image", picture.response().body()).digest()).isEqualTo(seen.digest());
        assertThat(studio.stranger().get(api("/image.png")).status()).isEqualTo(404);

        String plain = ann.film("a red car", 80);
        assertThat(ann.get("/api/films/" + plain).json().containsKey("image")).isFalse();
        assertThat(ann.get("/api/films/" + plain + "/image.png").status()).isEqualTo(404);
        assertThat(ann.get("/api/films/" + plain + "/recipe.json").json().containsKey("image")).isFalse();
        assertThat(ann.get("/api/packs").json().getJsonArray("packs").getJsonObject(0).getBoolean("images")).isTrue();
    }

    @Test
    void theRecipeHoldsItAndGivesTheSameRecipe() {
        JsonObject recipe = ann.get(api("/recipe.json")).json();
        assertThat(recipe.getString("image")).startsWith(PNG).hasSizeLessThan(20_000);
        Person.Answer again = ann.post("/api/films", recipe);
        assertThat(again.status()).as(again.text()).isEqualTo(201);
        assertThat(ann.get("/api/films/" + again.json().getString("id") + "/recipe.json").json()).isEqualTo(recipe);
        // Without its picture it would be another film, of which the pack has another edition.
        JsonObject without = recipe.copy();
        without.remove("image");
        assertThat(ann.post("/api/films", without).json().getString("field")).isEqualTo("made.packDigest");
    }

    @Test
    void linksDoNotGiveItOut() {
        String token = ann.post(api("/shares"), new JsonObject().put("prompts", true).put("remix", true)).json()
                .getString("token");
        Person bob = studio.stranger();
        assertThat(bob.get("/v/" + token).text()).doesNotContain("image.png");
        JsonObject recipe = bob.get("/v/" + token + "/recipe.json").json();
        assertThat(recipe.getString("prompt")).isEqualTo("a red car");
        assertThat(recipe.fieldNames()).as("nor what it was made with: it makes another film without").doesNotContain("image", "made");

        Person.Answer remix = bob.post("/v/" + token + "/remix", new JsonObject().put("frames", 8));
        assertThat(remix.status()).as(remix.text()).isEqualTo(201);
        String his = "/api/films/" + remix.json().getString("id");
        assertThat(bob.get(his + "/image.png").status()).isEqualTo(404);
        assertThat(bob.get(his + "/recipe.json").json().fieldNames()).doesNotContain("image", "made");
        for (Person.Answer refused : new Person.Answer[] {
            bob.post("/v/" + token + "/remix", new JsonObject().put("atFrame", 0)),
            bob.post(his + "/fork", new JsonObject().put("atFrame", 0))}) {
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.json().getString("field")).isEqualTo("atFrame");
            assertThat(refused.json().getString("allowed")).contains("16 or more").contains("somebody else's");
        }
    }

    @Test
    void takesOfItsOwnerHaveItToo() {
        for (int frame : new int[] {0, 16}) {
            Person.Answer take = ann.post(api("/fork"), new JsonObject().put("atFrame", frame).put("seed", 9));
            assertThat(take.status()).as(take.text()).isEqualTo(201);
            assertThat(ann.get(take.json().getString("image")).response().body())
                    .isEqualTo(ann.get(api("/image.png")).response().body());
        }
    }

    @Test
    void aRepeatedRequestMakesNoSecondFilm() {
        String body = new JsonObject().put("prompt", "a red car").put("frames", 8).put("seed", 7)
                .put("image", "data:image/jpeg;base64," + Base64.getEncoder().encodeToString(jpeg)).encode();
        Person.Answer first = ann.post("/api/films", "application/json", body, "Idempotency-Key", "picture-1");
        Person.Answer second = ann.post("/api/films", "application/json", body, "Idempotency-Key", "picture-1");
        assertThat(second.json().getString("id")).isEqualTo(first.json().getString("id"));
    }
}
