package dev.longtake.studio;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Programs act for their owners by keys. */
@ExtendWith(SharedStudio.class)
class KeyApiTest {

    private final Studio studio;
    private final Person ann;

    KeyApiTest(Studio studio) {
        this.studio = studio;
        ann = studio.stranger();
    }

    @Test
    void aKeyOpensItsOwnersFilmsWithoutACookie() {
        String film = ann.film("a red car", 16);
        JsonObject key = key("laptop");
        Person program = studio.stranger();

        assertThat(program.get("/api/films/" + film, bearer(key)).status()).isEqualTo(200);
        Person.Answer made = program.post("/api/films", "application/json", "{\"prompt\": \"a\", \"frames\": 8}", bearer(key));
        assertThat(made.status()).isEqualTo(201);
        assertThat(made.cookie()).isEmpty();
        assertThat(ann.get("/api/films/" + made.json().getString("id")).status()).isEqualTo(200);
        assertThat(program.get("/api/films/" + film).status()).isEqualTo(404);
    }

    @Test
    void aKeyIsShownOnceAndRememberedAsAHash() {
        JsonObject key = key("laptop");
        JsonObject shown = ann.get("/api/keys").json().getJsonArray("keys").getJsonObject(0);

        assertThat(key.getString("key")).startsWith("lt_").hasSize(46);
        assertThat(shown.getString("name")).isEqualTo("laptop");
        assertThat(shown.getString("prefix")).hasSize(9);
        assertThat(key.getString("key")).startsWith(shown.getString("prefix"));
        assertThat(shown.containsKey("key")).isFalse();
        assertThat(shown.containsKey("lastUsed")).isFalse();
        assertThat(Studio.await(studio.memory.keys().list("nobody"))).isEmpty();
        ann.get("/api/films", bearer(key));
        assertThat(ann.get("/api/keys").json().getJsonArray("keys").getJsonObject(0).getString("lastUsed")).isNotBlank();
    }

    @Test
    void aKeyNeedsNoOriginSinceBrowsersNeverSendOne() {
        JsonObject key = key("laptop");
        String body = "{\"prompt\": \"a\", \"frames\": 8}";

        assertThat(studio.stranger().post("/api/films", "application/json", body, "Origin", "https://evil.example",
                "Authorization", "Bearer " + key.getString("key")).status()).isEqualTo(201);
        assertThat(ann.post("/api/films", "application/json", body, "Origin", "https://evil.example").status())
                .isEqualTo(403);
    }

    @Test
    void aRevokedKeyOpensNothing() {
        JsonObject key = key("laptop");
        JsonObject other = key("phone");

        assertThat(studio.stranger().delete("/api/keys/" + key.getString("id")).status()).isEqualTo(404);
        assertThat(ann.delete("/api/keys/" + key.getString("id")).status()).isEqualTo(204);
        Person.Answer refused = studio.stranger().get("/api/films", bearer(key));
        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.header("WWW-Authenticate")).contains("Bearer");
        assertThat(refused.json().getString("type")).isEqualTo("urn:longtake:problem:unknown-key");
        assertThat(studio.stranger().get("/api/films", bearer(other)).status()).isEqualTo(200);
        assertThat(ann.delete("/api/keys/" + key.getString("id")).status()).isEqualTo(404);
    }

    @Test
    void aKeyMakesNoKeys() {
        JsonObject key = key("laptop");

        assertThat(studio.stranger().post("/api/keys", "application/json", "{\"name\": \"x\"}", bearer(key)).status())
                .isEqualTo(403);
        assertThat(studio.stranger().delete("/api/keys/" + key.getString("id"), bearer(key)).status()).isEqualTo(403);
        assertThat(studio.stranger().get("/api/keys", bearer(key)).json().getJsonArray("keys")).hasSize(1);
    }

    @Test
    void whatIsNoKeyIsRefusedAndWhatIsForOthersIsLeftAlone() {
        for (String value : new String[] {"Bearer", "Bearer x", "Bearer lt_" + "A".repeat(43), "bearer lt_\u00e9"}) {
            assertThat(ann.get("/api/films", "Authorization", value).status()).as(value).isEqualTo(401);
        }
        assertThat(ann.get("/api/films", "Authorization", "Basic YTpi").status()).isEqualTo(200);
    }

    @Test
    void namesAreChecked() {
        assertThat(ann.post("/api/keys", new JsonObject().put("name", " ")).json().getString("field")).isEqualTo("name");
        assertThat(ann.post("/api/keys", new JsonObject()).json().getString("field")).isEqualTo("name");
        assertThat(ann.post("/api/keys", new JsonObject().put("name", "x".repeat(61))).json().getString("allowed"))
                .isEqualTo("a text of 1 to 60 characters");
        assertThat(ann.send("GET", "/api/keys", HttpRequest.BodyPublishers.noBody()).json().getJsonArray("keys")).isEmpty();
    }

    private JsonObject key(String name) {
        Person.Answer answer = ann.post("/api/keys", new JsonObject().put("name", name));
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        return answer.json();
    }

    private static String[] bearer(JsonObject key) {
        return new String[] {"Authorization", "Bearer " + key.getString("key")};
    }
}
