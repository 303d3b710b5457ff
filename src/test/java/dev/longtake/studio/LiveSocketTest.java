package dev.longtake.studio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.longtake.film.FilmId;
import dev.longtake.memory.FilmEvent;
import dev.longtake.memory.Preview;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Watching a film while it is being made. */
@ExtendWith(SharedStudio.class)
class LiveSocketTest {

    private final Studio studio;
    private final Vertx vertx;
    private final Person ann;
    private Watcher watcher;

    LiveSocketTest(Studio studio) {
        this.studio = studio;
        vertx = studio.vertx;
        ann = studio.stranger();
    }

    @AfterEach
    void stopWatching() {
        if (watcher != null) {
            watcher.close();
        }
    }

    @Test
    void tellsTheStateFirstAndShowsWhatIsThere() {
        String film = ann.film("a red car", 24);
        studio.shoot(film);

        watcher = watch(film, "");
        await().until(() -> watcher.chunks().equals(List.of(0)));
        JsonObject first = watcher.events.get(0);
        assertThat(first.getString("type")).isEqualTo("state");
        assertThat(first.getString("id")).matches("\\d+-\\d+");
        assertThat(first.getJsonObject("film").getInteger("framesDone")).isEqualTo(16);
        assertThat(watcher.media.get(0).kind()).isEqualTo(MediaMessage.INIT);
        assertThat(new String(watcher.media.get(0).payload(), 4, 4)).isEqualTo("ftyp");
        Watcher.Media segment = watcher.media.get(1);
        assertThat(segment.version()).isEqualTo(1);
        assertThat(segment.firstFrame()).isZero();
        assertThat(segment.frameCount()).isEqualTo(16);
        assertThat(new String(segment.payload(), 4, 4)).isIn("moof", "styp", "sidx");
    }

    @Test
    void followsAFilmToItsEndAndBeyond() {
        String film = ann.film("a red car", 21);
        watcher = watch(film, "");
        await().until(() -> !watcher.events("state").isEmpty());
        studio.shootAll(film);

        await().until(() -> watcher.chunks().equals(List.of(0, 1)));
        await().until(() -> lastFilm().getString("state").equals("finished"));
        assertThat(watcher.media.get(2).frameCount()).isEqualTo(5);
        JsonObject chunk = watcher.events("chunk").get(1);
        assertThat(chunk.getInteger("chunk")).isEqualTo(1);
        assertThat(chunk.getInteger("firstFrame")).isEqualTo(16);
        assertThat(chunk.getInteger("frames")).isEqualTo(5);
        assertThat(chunk.getInteger("framesDone")).isEqualTo(21);
        assertThat(chunk.getDouble("seconds")).isEqualTo(1.0);

        // The chunk that was shown in part comes again, whole.
        ann.post("/api/films/" + film + "/extend", new JsonObject().put("frames", 10).put("prompt", "it snows"));
        studio.shootAll(film);
        await().until(() -> watcher.chunks().equals(List.of(0, 1, 1, 2)));
        assertThat(watcher.media.get(3).frameCount()).isEqualTo(8);
        assertThat(watcher.media.get(4).firstFrame()).isEqualTo(24);
        assertThat(watcher.media.get(4).frameCount()).isEqualTo(7);
        assertThat(watcher.media.stream().filter(one -> one.kind() == MediaMessage.INIT)).hasSize(1);
        await().until(() -> lastFilm().getInteger("framesDone") == 31);
        assertThat(lastFilm().getJsonArray("timeline")).hasSize(2);
        assertThat(watcher.closed).isNull();
    }

    @Test
    void waitsForAWatcherWhoDoesNotKeepUp() {
        String film = ann.film("a red car", 80);
        studio.shootAll(film);

        watcher = Watcher.open(vertx, ann, "/api/films/" + film + "/live", false);
        await().until(() -> watcher.chunks().size() >= SegmentPump.WINDOW);
        watcher.say(new JsonObject().put("ack", 1));
        await().until(() -> watcher.chunks().equals(List.of(0, 1, 2, 3, 4, 5)));
        watcher.say(new JsonObject().put("seek", 8));
        await().until(() -> watcher.chunks().equals(List.of(0, 1, 2, 3, 4, 5, 8)));
        watcher.say(new JsonObject().put("seek", 0));
        await().until(() -> watcher.chunks().equals(List.of(0, 1, 2, 3, 4, 5, 8, 0, 1, 2, 3)));
    }

    @Test
    void beginsWhereAWatcherWants() {
        String film = ann.film("a red car", 80);
        studio.shootAll(film);

        watcher = watch(film, "?chunk=6");
        await().until(() -> watcher.chunks().equals(List.of(6, 7, 8)));
        assertThat(watcher.media.get(0).kind()).isEqualTo(MediaMessage.INIT);
    }

    @Test
    void missesNothingBetweenTwoVisits() {
        String film = ann.film("a red car", 80);
        watcher = watch(film, "");
        studio.shoot(film);
        await().until(() -> watcher.events("chunk").size() == 1);
        String last = watcher.events.get(watcher.events.size() - 1).getString("id");
        watcher.close();
        studio.shoot(film);
        studio.shoot(film);

        watcher = watch(film, "?from=" + last + "&chunk=0");
        await().until(() -> watcher.events("chunk").size() == 2);
        assertThat(watcher.events("chunk")).extracting(event -> event.getInteger("chunk")).containsExactly(1, 2);
        await().until(() -> watcher.chunks().equals(List.of(0, 1, 2)));
    }

    @Test
    void passesProgressAndPreviewsOn() {
        String film = ann.film("a red car", 80);
        watcher = watch(film, "");
        await().until(() -> !watcher.events("state").isEmpty());
        FilmId id = new FilmId(film);
        Studio.await(studio.memory.events().append(id, FilmEvent.PROGRESS, new JsonObject()
                .put("chunk", 0).put("step", 3).put("steps", 16).put("framesDone", 0)
                .put("fps", 2.5).put("etaSeconds", 31.0)));

        await().until(() -> !watcher.events("progress").isEmpty());
        assertThat(watcher.events("progress").get(0).getInteger("step")).isEqualTo(3);
        assertThat(watcher.events("progress").get(0).getDouble("etaSeconds")).isEqualTo(31.0);
        assertThat(watcher.events("progress").get(0).getString("id")).isNotBlank();

        // Previews are for those who are there: the first may be too early.
        await().until(() -> {
            Studio.await(studio.memory.events().publish(id, new Preview(2, Buffer.buffer("jpeg"))));
            return !watcher.media.isEmpty();
        });
        Watcher.Media preview = watcher.media.get(0);
        assertThat(preview.kind()).isEqualTo(MediaMessage.PREVIEW);
        assertThat(preview.chunk()).isEqualTo(2);
        assertThat(preview.firstFrame()).isEqualTo(24);
        assertThat(preview.payload()).asString().isEqualTo("jpeg");
    }

    @Test
    void tellsThePlaceInTheQueue() {
        IntStream.range(0, 3).forEach(i -> ann.film("somebody else's", 8));
        String film = ann.film("a red car", 8);
        watcher = watch(film, "");

        await().until(() -> !watcher.events("state").isEmpty());
        assertThat(lastFilm().getInteger("queuePosition")).isGreaterThanOrEqualTo(3);

        Studio.await(studio.memory.events().append(
                new FilmId(film), FilmEvent.QUEUE, new JsonObject().put("position", 1)));
        await().until(() -> watcher.events("queue").stream().anyMatch(event -> event.getInteger("position") == 1));
    }

    @Test
    void endsWhenTheFilmDoes() {
        String film = ann.film("a red car", 80);
        watcher = watch(film, "");
        await().until(() -> !watcher.events.isEmpty());
        ann.delete("/api/films/" + film);

        await().until(() -> watcher.closed != null);
        assertThat(watcher.closed).isEqualTo(LiveSocket.FILM_GONE);
    }

    @Test
    void endsOnWhatItDoesNotUnderstand() {
        String film = ann.film("a red car", 80);
        for (String nonsense : List.of("hello", "{\"ack\": \"x\"}", "{\"shout\": 1}", "[]")) {
            Watcher rude = watch(film, "");
            rude.say(nonsense);
            await().until(() -> rude.closed != null);
            assertThat(rude.closed).isEqualTo(LiveSocket.NOT_UNDERSTOOD);
            rude.close();
        }
        watcher = watch(film, "");
        watcher.sayBytes(new byte[] {1});
        await().until(() -> watcher.closed != null);
        assertThat(watcher.closed).isEqualTo(LiveSocket.NOT_UNDERSTOOD);
        assertThat(ann.get("/api/films/" + film).status()).isEqualTo(200);
    }

    @Test
    void survivesOddNumbers() {
        String film = ann.film("a red car", 24);
        studio.shootAll(film);
        watcher = watch(film, "?chunk=2147483647");
        for (int chunk : new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            watcher.say(new JsonObject().put("ack", chunk).put("seek", chunk));
        }
        watcher.say(new JsonObject().put("seek", 1));

        await().until(() -> watcher.chunks().contains(1));
        assertThat(watcher.closed).isNull();
    }

    @Test
    void aFriendWatchesWithTheLinkOnly() {
        String film = ann.film("a red car", 24);
        String token = ann.post("/api/films/" + film + "/shares").json().getString("token");
        watcher = Watcher.open(vertx, studio.stranger(), "/v/" + token + "/live", true);
        studio.shootAll(film);

        await().until(() -> watcher.chunks().equals(List.of(0, 1)));
        JsonObject links = watcher.events.get(0).getJsonObject("film").getJsonObject("links");
        assertThat(links.getString("video")).isEqualTo("/v/" + token + "/video.mp4");
        assertThat(links.fieldNames()).doesNotContain("self", "recipe");

        ann.delete("/api/shares/" + token);
        // Nothing else happens to the film, so the withdrawal shows at its next event.
        Studio.await(studio.memory.events().append(new FilmId(film), FilmEvent.STATE, new JsonObject()));
        await().until(() -> watcher.closed != null);
        assertThat(watcher.closed).isEqualTo(LiveSocket.FILM_GONE);
    }

    @Test
    void opensForNobodyElse() {
        String film = ann.film("a red car", 24);
        String live = "/api/films/" + film + "/live";

        assertRefused(studio.stranger(), live, ann.url, 404);
        assertRefused(ann, "/api/films/01ARZ3NDEKTSV4RRFFQ69G5FAV/live", ann.url, 404);
        assertRefused(ann, "/v/AAAAAAAAAAAAAAAAAAAAAA/live", ann.url, 404);
        assertRefused(ann, live, "http://evil.example", 403);
        assertRefused(ann, live + "?chunk=-1", ann.url, 400);
        // Browsers tell scripts nothing of a refusal; asking without a socket does.
        assertThat(ann.get(live).status()).isEqualTo(426);
        assertThat(studio.stranger().get(live).status()).isEqualTo(404);
        assertThat(ann.get("/v/AAAAAAAAAAAAAAAAAAAAAA/live").status()).isEqualTo(404);
    }

    private void assertRefused(Person person, String path, String origin, int status) {
        var client = vertx.createWebSocketClient();
        WebSocketConnectOptions options = new WebSocketConnectOptions()
                .setHost("127.0.0.1").setPort(studio.port()).setURI(path).addHeader("Origin", origin);
        if (!person.cookie().isEmpty()) {
            options.addHeader("Cookie", person.cookie());
        }
        assertThatThrownBy(() -> Studio.await(client.connect(options)))
                .hasRootCauseInstanceOf(UpgradeRejectedException.class)
                .rootCause()
                .extracting(cause -> ((UpgradeRejectedException) cause).getStatus())
                .isEqualTo(status);
        client.close();
    }

    private JsonObject lastFilm() {
        List<JsonObject> states = watcher.events("state");
        return states.get(states.size() - 1).getJsonObject("film");
    }

    private Watcher watch(String film, String query) {
        return Watcher.open(vertx, ann, "/api/films/" + film + "/live" + query, true);
    }
}
