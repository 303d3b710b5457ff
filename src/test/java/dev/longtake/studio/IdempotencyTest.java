package dev.longtake.studio;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is asked for again with the same key is done once. */
@ExtendWith(SharedStudio.class)
class IdempotencyTest {

    private static final String BODY = "{\"prompt\": \"a red car\", \"frames\": 16}";

    private final Studio studio;
    private final Person ann;
    private String film;

    IdempotencyTest(Studio studio) {
        this.studio = studio;
        ann = studio.stranger();
    }

    @BeforeEach
    void beKnown() {
        film = ann.film("known", 8);
    }

    @Test
    void theSameRequestGetsTheSameAnswer() {
        Person.Answer first = post("/api/films", BODY, "8e03978e-40d5-43e8-bc93-6894a57f9324");
        Person.Answer again = post("/api/films", BODY, "8e03978e-40d5-43e8-bc93-6894a57f9324");

        assertThat(first.status()).isEqualTo(201);
        assertThat(first.header("Idempotency-Replayed")).isEmpty();
        assertThat(again.status()).isEqualTo(201);
        assertThat(again.json()).isEqualTo(first.json());
        assertThat(again.header("Location")).isEqualTo(first.header("Location"));
        assertThat(again.header("Idempotency-Replayed")).contains("true");
        assertThat(ann.films()).hasSize(2);
        assertThat(post("/api/films", BODY, "another").json().getString("id")).isNotEqualTo(first.json().getString("id"));
    }

    @Test
    void anotherRequestWithTheSameKeyIsRefused() {
        post("/api/films", BODY, "k");

        Person.Answer other = post("/api/films", BODY.replace("16", "24"), "k");
        assertThat(other.status()).isEqualTo(422);
        assertThat(other.header("Content-Type")).contains("application/problem+json");
        assertThat(post("/api/films/" + film + "/extend", "{\"frames\": 8}", "k").status()).isEqualTo(422);
        assertThat(ann.films()).hasSize(2);
    }

    @Test
    void keysOfOthersDoNotMatter() {
        String id = post("/api/films", BODY, "k").json().getString("id");
        Person bob = studio.stranger();
        bob.film("known", 8);

        assertThat(bob.post("/api/films", "application/json", BODY, "Idempotency-Key", "k").json().getString("id"))
                .isNotEqualTo(id);
    }

    @Test
    void duplicatesAtTheSameTimeMakeOneFilm() {
        List<CompletableFuture<Person.Answer>> asked = IntStream.range(0, 6)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> post("/api/films", BODY, "at once")))
                .toList();

        assertThat(asked).extracting(answer -> answer.join().status()).containsOnly(201);
        assertThat(asked.stream().map(answer -> answer.join().json().getString("id")).distinct()).hasSize(1);
        assertThat(ann.films()).hasSize(2);
    }

    @Test
    void aFilmIsExtendedOnce() {
        for (int i = 0; i < 3; i++) {
            assertThat(post("/api/films/" + film + "/extend", "{\"frames\": 8}", "more").json().getInteger("frames"))
                    .isEqualTo(16);
        }
        assertThat(ann.get("/api/films/" + film).json().getInteger("frames")).isEqualTo(16);
    }

    @Test
    void aFilmIsSharedOnce() {
        String token = share().json().getString("token");

        assertThat(share().json().getString("token")).isEqualTo(token);
    }

    @Test
    void aRefusalIsNotRemembered() {
        assertThat(post("/api/films", BODY.replace("a red car", "car ".repeat(60)), "k").status()).isEqualTo(400);
        assertThat(post("/api/films", BODY, "k").status()).isEqualTo(201);
    }

    @Test
    void aKeyThatIsTooLongIsExplained() {
        Person.Answer answer = post("/api/films", BODY, "k".repeat(256));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().getString("field")).isEqualTo("Idempotency-Key");
    }

    private Person.Answer share() {
        return ann.send("POST", "/api/films/" + film + "/shares", java.net.http.HttpRequest.BodyPublishers.noBody(),
                "Idempotency-Key", "share");
    }

    private Person.Answer post(String path, String body, String key) {
        return ann.post(path, "application/json", body, "Idempotency-Key", key);
    }
}
