package dev.longtake.studio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.longtake.pack.TestPacks;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is told of a film that a real worker makes, held to the contract; and that the contract holds anything. */
class PromisedTest {

    private static final Duration LONG = Duration.ofMinutes(2);
    private static final String PROGRESS = "\"chunk\": 0, \"step\": 1, \"steps\": 4, \"framesDone\": 0, \"fps\": 2.5";

    @Test
    void aRealWorkersNewsAreAsPromised(@TempDir Path folder) throws Exception {
        try (Studio studio = Studio.worked(folder, TestPacks.TOY)) {
            Person ann = studio.stranger();
            // Every answer and, when they are closed, everything watched is held to the contract.
            String film = "/api/films/" + ann.film("a red car", 80);
            String link = ann.post(film + "/shares", new JsonObject().put("prompts", true)).json().getString("url");
            try (Watcher owner = Watcher.open(studio.vertx, ann, film + "/live", true);
                    Watcher guest = Watcher.open(studio.vertx, studio.stranger(),
                            link.substring(link.indexOf("/v/")) + "/live", true)) {
                await().atMost(LONG).until(() -> ann.get(film).json().getString("state").equals("finished"));
                for (Watcher watcher : new Watcher[] {owner, guest}) {
                    await().atMost(LONG).until(() -> watcher.chunks().size() == 9);
                    assertThat(watcher.events("progress")).isNotEmpty();
                    assertThat(watcher.events("chunk")).isNotEmpty();
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{\"type\": \"progress\", " + PROGRESS + ", \"secret\": 1}",
        "{\"type\": \"progress\", \"chunk\": 0}",
        "{\"type\": \"progress\", " + PROGRESS + ", \"etaSeconds\": \"soon\"}",
        "{\"type\": \"state\", \"film\": {\"id\": \"01M82PWK6HMP19ZB20S17H3HPC\"}}",
        "{\"type\": \"surprise\"}"})
    void newsThatAreNotPromisedAreNotHeldToBeSo(String event) {
        assertThatThrownBy(() -> Promised.CONTRACT.hold("/api/films/1/live", new JsonObject(event)))
                .isInstanceOf(AssertionError.class);
    }

    @Test
    void newsThatArePromisedAre() {
        Promised.CONTRACT.hold("/api/films/1/live", new JsonObject("{\"type\": \"progress\", " + PROGRESS + "}"));
    }
}
