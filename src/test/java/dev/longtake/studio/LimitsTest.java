package dev.longtake.studio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.longtake.film.InvalidFieldException;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nobody gets more than there is for each, and everyone is told when there will be more. */
class LimitsTest {

    @TempDir
    private Path folder;
    private Studio studio;

    @AfterEach
    void close() {
        if (studio != null) {
            studio.close();
        }
    }

    @Test
    void filmsAnHour() throws IOException {
        Person ann = open(new Limits(3, 0, 0, 0, 0, 0, 0)).stranger();
        List<Integer> statuses = Stream.generate(() -> ask(ann)).limit(4).map(Person.Answer::status).toList();

        // The first was counted at her address, since nobody knew her yet.
        assertThat(statuses).containsExactly(201, 201, 201, 201);
        Person.Answer refused = ask(ann);
        assertTooMany(refused, "too-many-films");
        assertThat(Integer.parseInt(refused.header("Retry-After").orElseThrow())).isBetween(1100, 1200);
        assertThat(ann.films()).hasSize(4);
        String film = ann.films().getJsonObject(0).getString("id");
        assertThat(ann.post("/api/films/" + film + "/extend", new JsonObject().put("frames", 8)).status()).isEqualTo(200);
    }

    @Test
    void newcomersAtOneAddressCountTogether() throws IOException {
        open(new Limits(3, 0, 0, 0, 0, 0, 0));
        List<Integer> statuses = Stream.generate(() -> ask(studio.stranger())).limit(5).map(Person.Answer::status).toList();

        assertThat(statuses).containsExactly(201, 201, 201, 429, 429);
    }

    @Test
    void filmsAtATimeMakeRoomWhenTheyAreDone() throws IOException {
        Person ann = open(new Limits(0, 2, 0, 0, 0, 0, 0)).stranger();
        String first = ann.film("one", 8);
        String second = ann.film("two", 8);

        assertTooMany(ask(ann), "too-many-at-once");
        assertThat(ask(studio.stranger()).status()).isEqualTo(201);
        studio.shootAll(first);
        assertThat(ask(ann).status()).isEqualTo(201);
        assertTooMany(ann.post("/api/films/" + first + "/extend", new JsonObject().put("frames", 8)), "too-many-at-once");
        ann.delete("/api/films/" + second);
        assertThat(ann.post("/api/films/" + first + "/extend", new JsonObject().put("frames", 8)).status()).isEqualTo(200);
    }

    @Test
    void filmsAtATimeAreCountedRightWhenAskedForAtOnce() throws Exception {
        Person ann = open(new Limits(0, 3, 0, 0, 0, 0, 0)).stranger();
        ann.film("one", 8);
        List<CompletableFuture<Person.Answer>> asked =
                Stream.generate(() -> CompletableFuture.supplyAsync(() -> ask(ann))).limit(8).toList();

        assertThat(asked).extracting(answer -> answer.join().status()).filteredOn(status -> status == 201).hasSize(2);
        assertThat(ann.films()).hasSize(3);
    }

    @Test
    void aFilmThatComesBackFromTheTrashIsCounted() throws IOException {
        Person ann = open(new Limits(0, 1, 0, 0, 0, 0, 0)).stranger();
        String film = ann.film("one", 24);
        studio.shoot(film);
        ann.delete("/api/films/" + film);

        assertThat(ann.post("/api/films/" + film + "/restore").json().getString("state")).isEqualTo("running");
        assertTooMany(ask(ann), "too-many-at-once");
        studio.shoot(film);
        assertThat(ask(ann).status()).isEqualTo(201);
    }

    @Test
    void aFilmThatComesBackToTooManyOthersRests() throws IOException {
        Person ann = open(new Limits(0, 1, 0, 0, 0, 0, 0)).stranger();
        String film = ann.film("one", 24);
        studio.shoot(film);
        ann.delete("/api/films/" + film);
        String other = ann.film("two", 8);

        JsonObject back = ann.post("/api/films/" + film + "/restore").json();
        assertThat(back.getString("state")).isEqualTo("paused");
        assertThat(back.getInteger("framesDone")).isEqualTo(16);
        assertTooMany(ann.post("/api/films/" + film + "/resume"), "too-many-at-once");
        studio.shootAll(other);
        assertThat(ann.post("/api/films/" + film + "/resume").json().getString("state")).isEqualTo("queued");
        assertThat(studio.shoot(film).framesDone()).isEqualTo(24);
    }

    @Test
    void whoeverThrowsTheCookieAwayIsStillAtTheSameAddress() throws IOException {
        open(new Limits(0, 0, 0, 0, 0, 0, 3));
        Person ann = studio.stranger();
        String film = ann.film("one", 8);
        studio.shoot(film);
        assertThat(ask(studio.stranger()).status()).isEqualTo(201);
        String key = ann.post("/api/keys", new JsonObject().put("name", "laptop")).json().getString("key");
        assertThat(ann.post("/api/films/" + film + "/fork", new JsonObject()).status()).isEqualTo(201);

        Person.Answer refused = ask(studio.stranger());
        assertTooMany(refused, "too-many-films");
        assertThat(Integer.parseInt(refused.header("Retry-After").orElseThrow())).isBetween(1100, 1200);
        assertThat(refused.json().getString("detail")).contains("3 films an hour for all who come from one address");
        assertTooMany(ask(ann), "too-many-films");
        assertTooMany(studio.stranger().post("/api/films", "application/json", "{\"prompt\": \"a\", \"frames\": 8}",
                "Authorization", "Bearer " + key), "too-many-films");
        assertThat(ann.post("/api/films/" + film + "/extend", new JsonObject().put("frames", 8)).status()).isEqualTo(200);
    }

    @Test
    void aCookieThatWasMadeUpIsNobody() throws IOException {
        open(new Limits(0, 0, 0, 0, 1, 0, 0));
        Person.Answer last = Stream.generate(() -> studio.stranger().get("/api/films", "Cookie",
                        Owners.COOKIE + "=" + UUID.randomUUID().toString().replace("-", "").repeat(2).substring(0, 43)))
                .limit(1000).filter(answer -> answer.status() != 200).findFirst().orElseThrow();

        assertTooMany(last, "too-many-requests");
    }

    @Test
    void aHeaderThatAnyoneCanSendIsNoAddress() throws IOException {
        open(new Limits(0, 0, 0, 0, 0, 0, 1));
        assertThat(ask(studio.stranger(), "1.2.3.4").status()).isEqualTo(201);
        assertTooMany(ask(studio.stranger(), "1.2.3.5"), "too-many-films");
    }

    @Test
    void behindAProxyTheAddressIsTheOneThatTheProxySaw() throws IOException {
        studio = Studio.behindProxy(folder, new Limits(0, 0, 0, 0, 0, 0, 1));
        assertThat(ask(studio.stranger(), "1.2.3.4").status()).isEqualTo(201);
        assertThat(ask(studio.stranger(), "1.2.3.5").status()).isEqualTo(201);
        assertTooMany(ask(studio.stranger(), "9.9.9.9, 1.2.3.4"), "too-many-films");
        assertThat(ask(studio.stranger(), "2001:db8:1:2:3::4").status()).isEqualTo(201);
        assertTooMany(ask(studio.stranger(), "[2001:db8:1:2:ffff::1]:443"), "too-many-films");
        assertThat(ask(studio.stranger(), "2001:db8:1:3::4").status()).isEqualTo(201);
    }

    @Test
    void addressesAreWrittenInManyWays() {
        assertThat(Stream.of("1.2.3.4", "1.2.3.4:80", "::ffff:1.2.3.4", "[::ffff:1.2.3.4]:80").map(Visitors::network))
                .containsOnly("1.2.3.4");
        assertThat(Stream.of("2001:db8::1", "2001:0db8:0:0:ff::", "[2001:db8::7]").map(Visitors::network).distinct())
                .hasSize(1);
        assertThat(Visitors.network("_hidden")).isEqualTo("_hidden");
        assertThat(Visitors.network("x".repeat(5000))).hasSizeLessThan(100);
    }

    @Test
    void framesOfAFilm() throws IOException {
        Person ann = open(new Limits(0, 0, 40, 0, 0, 0, 0)).stranger();

        JsonObject problem = ann.post("/api/films", new JsonObject().put("prompt", "a").put("frames", 41)).json();
        assertThat(problem.getInteger("status")).isEqualTo(400);
        assertThat(problem.getString("field")).isEqualTo("frames");
        assertThat(problem.getString("allowed")).contains("at most 40");
        String film = ann.film("a", 40);
        assertThat(ann.post("/api/films/" + film + "/extend", new JsonObject().put("frames", 1)).json().getString("field"))
                .isEqualTo("frames");
    }

    @Test
    void memoryOfAllFilms() throws IOException {
        Person ann = open(new Limits(0, 0, 0, 2000, 0, 0, 0)).stranger();
        String film = ann.film("one", 16);
        studio.shootAll(film);

        Person.Answer refused = ask(ann);
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.json().getString("type")).isEqualTo("urn:longtake:problem:storage-full");
        assertThat(ask(studio.stranger()).status()).isEqualTo(201);
        ann.delete("/api/films/" + film);
        assertThat(ask(ann).status()).isEqualTo(201);
    }

    @Test
    void requestsASecond() throws IOException {
        Person ann = open(new Limits(0, 0, 0, 0, 1, 0, 0)).stranger();
        ann.film("one", 8);
        Person.Answer last = Stream.generate(() -> ann.get("/api/films"))
                .filter(answer -> answer.status() != 200).findFirst().orElseThrow();

        assertTooMany(last, "too-many-requests");
        assertThat(last.header("Retry-After")).contains("1");
        await().until(() -> ann.get("/api/films").status() == 200);
    }

    @Test
    void socketsOfOneOwner() throws IOException {
        Person ann = open(new Limits(0, 0, 0, 0, 0, 2, 0)).stranger();
        String film = ann.film("one", 8);
        String live = "/api/films/" + film + "/live";
        Watcher one = Watcher.open(studio.vertx, ann, live, true);
        try (Watcher two = Watcher.open(studio.vertx, ann, live, true)) {
            assertThatThrownBy(() -> Watcher.open(studio.vertx, ann, live, true)).hasMessageContaining("429");
            String token = ann.post("/api/films/" + film + "/shares").json().getString("token");
            Watcher.open(studio.vertx, ann, "/v/" + token + "/live", true).close();
            one.close();
            await().until(() -> watches(ann, live));
        }
    }

    @Test
    void afterAWhileThereIsMore() throws IOException {
        open(Limits.NONE);
        for (int i = 0; i < 2; i++) {
            assertThat(take()).isEqualTo(Duration.ZERO);
        }
        Duration wait = take();
        assertThat(wait).isPositive().isLessThanOrEqualTo(Duration.ofMillis(100));
        await().until(() -> take().isZero());
    }

    @Test
    void absurdLimitsAreRefused() {
        assertThatThrownBy(() -> new Limits(-1, 0, 0, 0, 0, 0, 0))
                .isInstanceOf(InvalidFieldException.class).hasMessageContaining("limit-films").hasMessageContaining("-1");
        assertThatThrownBy(() -> new Limits(0, 0, 0, 0, 100_001, 0, 0))
                .isInstanceOf(InvalidFieldException.class).hasMessageContaining("limit-requests");
    }

    private Duration take() {
        Future<Duration> wait = studio.memory.quotas().take("test", "ann", 10, Duration.ofSeconds(1), 2);
        return Studio.await(wait);
    }

    private boolean watches(Person person, String live) {
        try {
            Watcher.open(studio.vertx, person, live, true).close();
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }

    private Studio open(Limits limits) throws IOException {
        studio = Studio.open(folder, limits);
        return studio;
    }

    private static Person.Answer ask(Person person) {
        return person.post("/api/films", new JsonObject().put("prompt", "a red car").put("frames", 8));
    }

    private static Person.Answer ask(Person person, String forwardedFor) {
        return person.post("/api/films", "application/json", "{\"prompt\": \"a red car\", \"frames\": 8}",
                "X-Forwarded-For", forwardedFor);
    }

    private static void assertTooMany(Person.Answer answer, String kind) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(429);
        assertThat(answer.header("Content-Type")).contains("application/problem+json");
        assertThat(answer.json().getString("type")).isEqualTo("urn:longtake:problem:" + kind);
        assertThat(Integer.parseInt(answer.header("Retry-After").orElseThrow())).isPositive();
    }
}
