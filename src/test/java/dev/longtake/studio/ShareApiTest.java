package dev.longtake.studio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What makers do with their links, and what becomes of those who follow them. */
@ExtendWith(SharedStudio.class)
class ShareApiTest {

    private final Studio studio;
    private final Person ann;
    private final Person bob;
    private final String film;
    private final String shares;
    private Watcher watcher;

    ShareApiTest(Studio studio) {
        this.studio = studio;
        ann = studio.stranger();
        bob = studio.stranger();
        film = ann.film("a red car", 24);
        shares = "/api/films/" + film + "/shares";
    }

    @AfterEach
    void stopWatching() {
        if (watcher != null) {
            watcher.close();
        }
    }

    @Test
    void aLinkAllowsWhatItsMakerSays() {
        JsonObject usual = ann.post(shares).json();
        assertThat(usual.getString("url")).isEqualTo(ann.url + "/v/" + usual.getString("token"));
        assertThat(usual.getString("embedUrl")).isEqualTo(usual.getString("url") + "/embed");
        assertThat(usual.getBoolean("prompts")).isFalse();
        assertThat(usual.getBoolean("remix")).isFalse();
        assertThat(usual.getBoolean("downloads")).isTrue();
        assertThat(usual.getBoolean("expired")).isFalse();
        assertThat(usual.containsKey("expiresAt")).isFalse();
        assertThat(usual.getLong("views")).isZero();

        Person.Answer made = ann.post(shares, new JsonObject()
                .put("prompts", true).put("remix", true).put("downloads", false).put("expiresIn", 3600));
        assertThat(made.status()).isEqualTo(201);
        assertThat(Instant.parse(made.json().getString("expiresAt")))
                .isBetween(Instant.now().plusSeconds(3000), Instant.now().plusSeconds(3601));
        assertThat(made.json().getBoolean("remix")).isTrue();
        JsonArray all = ann.get(shares).json().getJsonArray("shares");
        assertThat(all).hasSize(2).contains(usual, made.json());
    }

    @Test
    void aLinkCanBeChangedAndWithdrawnByItsMakerOnly() {
        JsonObject share = ann.post(shares, new JsonObject().put("expiresAt", "2031-05-06T07:08:09+02:00")).json();
        assertThat(share.getString("expiresAt")).isEqualTo("2031-05-06T05:08:09Z");
        String path = "/api/shares/" + share.getString("token");

        assertThat(bob.patch(path, new JsonObject().put("downloads", false)).status()).isEqualTo(404);
        assertThat(bob.delete(path).status()).isEqualTo(404);
        bob.film("a blue bus", 16);
        assertThat(bob.patch(path, new JsonObject().put("downloads", false)).status()).isEqualTo(404);
        assertThat(bob.delete(path).status()).isEqualTo(404);
        assertThat(bob.get(shares).status()).isEqualTo(404);

        JsonObject changed = ann.patch(path, new JsonObject().put("prompts", true)).json();
        assertThat(changed).isEqualTo(share.copy().put("prompts", true));
        JsonObject endless = ann.patch(path, new JsonObject().putNull("expiresAt")).json();
        assertThat(endless.containsKey("expiresAt")).isFalse();
        assertThat(endless.getBoolean("prompts")).isTrue();

        assertThat(ann.delete(path).status()).isEqualTo(204);
        assertThat(ann.delete(path).status()).isEqualTo(404);
        assertThat(ann.patch(path, new JsonObject()).status()).isEqualTo(404);
        assertThat(ann.get(shares).json().getJsonArray("shares")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
        "{\"expiresIn\": 0}                | expiresIn | 0",
        "{\"expiresIn\": 315360001}        | expiresIn | 315360001",
        "{\"expiresIn\": 1.5}              | expiresIn | ",
        "{\"expiresAt\": \"2020-01-01T00:00:00Z\"} | expiresAt | 2020-01-01",
        "{\"expiresAt\": \"2999-01-01T00:00:00Z\"} | expiresAt | 2999-01-01",
        "{\"expiresAt\": \"tomorrow\"}     | expiresAt | tomorrow",
        "{\"expiresIn\": 9, \"expiresAt\": \"2030-01-01T00:00:00Z\"} | expiresIn | 9",
        "{\"remix\": true}                 | prompts   | false",
        "{\"prompts\": 1}                  | prompts   | ",
        "{\"prompt\": true}                | prompt    | ",
    })
    void saysWhatIsWrongWithATerm(String body, String field, String value) {
        Person.Answer answer = ann.post(shares, "application/json", body);
        assertThat(answer.status()).as(answer.text()).isEqualTo(400);
        assertThat(answer.json().getString("field")).as(answer.text()).isEqualTo(field);
        assertThat(answer.json().getString("allowed")).isNotBlank();
        if (value != null) {
            assertThat(answer.json().getString("value")).contains(value);
        }
    }

    @Test
    void whatIsAllowedAlreadyBoundsAChange() {
        String token = ann.post(shares, new JsonObject().put("prompts", true).put("remix", true)).json()
                .getString("token");
        Person.Answer answer = ann.patch("/api/shares/" + token, new JsonObject().put("prompts", false));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().getString("field")).isEqualTo("prompts");
    }

    @Test
    void anExpiredLinkIsGoneAndItsWatchersGo() {
        studio.shoot(film);
        JsonObject share = ann.post(shares).json();
        String page = "/v/" + share.getString("token");
        watcher = Watcher.open(studio.vertx, bob, page + "/live", true);
        await().until(() -> watcher.chunks().equals(List.of(0)));

        ann.patch("/api/shares/" + share.getString("token"), new JsonObject().put("expiresIn", 1));
        await().until(() -> watcher.closed != null);
        assertThat(watcher.closed).isEqualTo(LiveSocket.FILM_GONE);
        for (String path : List.of("", "/embed", "/video.mp4", "/poster.jpg")) {
            assertThat(bob.get(page + path).status()).as(path).isEqualTo(404);
        }
        Person.Answer gone = bob.get(page, "Accept", "text/html");
        assertThat(gone.status()).isEqualTo(404);
        assertThat(gone.text()).contains("This link is gone").contains("expired");
        assertThat(ann.get(shares).json().getJsonArray("shares").getJsonObject(0).getBoolean("expired")).isTrue();

        ann.patch("/api/shares/" + share.getString("token"), new JsonObject().putNull("expiresAt"));
        assertThat(bob.get(page).status()).isEqualTo(200);
    }

    @Test
    void aWithdrawnLinkSendsItsWatchersAwayAtOnce() {
        String token = ann.post(shares).json().getString("token");
        watcher = Watcher.open(studio.vertx, bob, "/v/" + token + "/live", true);
        await().until(() -> !watcher.events("state").isEmpty());
        ann.delete("/api/shares/" + token);
        await().until(() -> watcher.closed != null);
        assertThat(watcher.closed).isEqualTo(LiveSocket.FILM_GONE);
    }

    @Test
    void watchersLearnAtOnceWhatTheyMayKnow() {
        String token = ann.post(shares).json().getString("token");
        watcher = Watcher.open(studio.vertx, bob, "/v/" + token + "/live", true);
        await().until(() -> !watcher.events("state").isEmpty());
        assertThat(last().containsKey("prompt")).isFalse();
        ann.patch("/api/shares/" + token, new JsonObject().put("prompts", true));
        await().until(() -> last().getString("prompt", "").equals("a red car"));
        ann.patch("/api/shares/" + token, new JsonObject().put("prompts", false));
        await().until(() -> !last().containsKey("prompt"));
    }

    private JsonObject last() {
        List<JsonObject> states = watcher.events("state");
        return states.get(states.size() - 1).getJsonObject("film");
    }

    @Test
    void aFriendMakesAFilmOfTheirOwnWhereThatIsAllowed() {
        String token = ann.post(shares, new JsonObject().put("prompts", true)).json().getString("token");
        String remix = "/v/" + token + "/remix";
        Person.Answer refused = bob.post(remix);
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.json().getString("type")).endsWith("no-remix");
        assertThat(bob.films()).isEmpty();

        ann.patch("/api/shares/" + token, new JsonObject().put("remix", true));
        assertThat(bob.post(remix).status()).as("there is nothing to go on from").isEqualTo(409);
        studio.shoot(film);
        Person.Answer made = bob.post(remix);
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        JsonObject copy = made.json();
        assertThat(made.header("Location")).contains(copy.getJsonObject("links").getString("self"));
        assertThat(copy.getInteger("framesDone")).isEqualTo(16);
        assertThat(copy.containsKey("parent")).as("whose film it was is nobody's business").isFalse();
        assertThat(bob.get("/api/films/" + film).status()).isEqualTo(404);
        assertThat(ann.get("/api/films/" + copy.getString("id")).status()).isEqualTo(404);

        String other = bob.post(remix, new JsonObject().put("frames", 8).put("prompt", "now it snows")).json()
                .getString("id");
        studio.shootAll(other);
        JsonObject mine = bob.get("/api/films/" + other).json();
        assertThat(mine.getInteger("framesDone")).isEqualTo(24);
        assertThat(mine.getJsonArray("timeline").getJsonObject(1).getString("prompt")).isEqualTo("now it snows");
        // It is all theirs: the link may go, the film may go.
        ann.delete("/api/films/" + film);
        assertThat(bob.get("/api/films/" + other + "/video.mp4").status()).isEqualTo(200);
        assertThat(bob.post(remix).status()).isEqualTo(404);
        assertThat(bob.post(remix, "application/json", "{\"atFrame\": 5}").status()).isEqualTo(404);
    }

    @Test
    void viewsAreCountedOncePerVisitorAndForTheMakerOnly() {
        String token = ann.post(shares).json().getString("token");
        String page = "/v/" + token;
        for (String browser : List.of("Firefox", "Chrome", "Firefox", "Slackbot-LinkExpanding 1.0", "Firefox")) {
            assertThat(bob.get(page, "User-Agent", browser).status()).isEqualTo(200);
        }
        assertThat(bob.get(page + "/embed", "User-Agent", "Chrome").status()).isEqualTo(200);
        assertThat(ann.get(page, "User-Agent", "Maker").status()).isEqualTo(200);
        assertThat(bob.get(page, "User-Agent", "Prefetcher", "Sec-Purpose", "prefetch").status()).isEqualTo(200);

        // Counted after the page was sent.
        await().untilAsserted(() ->
                assertThat(ann.get(shares).json().getJsonArray("shares").getJsonObject(0).getLong("views")).isEqualTo(2));
        assertThat(bob.get(page).text()).doesNotContain("views");
    }
}
