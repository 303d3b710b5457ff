package dev.longtake.studio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** While Redis is away the studio says so. */
class MemoryAwayTest {

    @TempDir
    Path folder;

    @Test
    void theStudioSaysThatItsMemoryIsAway() throws IOException {
        try (Studio studio = Studio.open(folder)) {
            Person ann = studio.stranger();
            String film = ann.film("a red car", 8);
            studio.loseRedis();

            await().atMost(Duration.ofSeconds(15)).until(() -> ann.get("/health/ready").status() == 503);
            Person.Answer answer = ann.get("/api/films/" + film);
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.json().getString("detail")).contains("memory");
            assertThat(ann.get("/").status()).isEqualTo(200);
            assertThat(ann.get("/health/live").status()).isIn(200, 204);
        }
    }
}
