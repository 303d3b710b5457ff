package dev.longtake.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.longtake.film.Film;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedRedisTest {

    @TempDir
    Path directory;

    private Vertx vertx;

    @BeforeEach
    void startVertx() {
        vertx = Vertx.vertx();
    }

    @AfterEach
    void stopVertx() throws Exception {
        RedisTest.await(vertx.close());
    }

    @Test
    void keepsEverythingFromStartToStart() throws Exception {
        Film film = RedisTest.film(80);
        try (EmbeddedRedis redis = EmbeddedRedis.open(directory)) {
            remember(redis, film);
        }
        assertThat(RedisSettings.process(directory)).as("left behind").isEmpty();
        try (EmbeddedRedis redis = EmbeddedRedis.open(directory)) {
            assertThat(find(redis, film)).isEqualTo(film);
        }
    }

    @Test
    void belongsToOneProcess() throws Exception {
        try (EmbeddedRedis redis = EmbeddedRedis.open(directory)) {
            assertThatThrownBy(() -> EmbeddedRedis.open(directory))
                    .isInstanceOf(IOException.class)
                    .hasMessage("another Longtake already uses the data directory " + directory.toRealPath());
            assertThat(redis.url()).startsWith("redis://:");
        }
    }

    @Test
    void strangersDoNotGetIn() throws Exception {
        try (EmbeddedRedis redis = EmbeddedRedis.open(directory)) {
            String url = redis.url().replaceFirst("//:[^@]*@", "//:guess@");
            assertThatThrownBy(() -> RedisTest.await(Memory.open(vertx, url)))
                    .hasCauseInstanceOf(IOException.class)
                    .hasMessageContaining("no Redis answers at redis://127.0.0.1:")
                    .hasMessageNotContaining("guess");
        }
    }

    @Test
    void isTakenOverFromAProcessThatWasKilled() throws Exception {
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp", System.getProperty("java.class.path"),
                        Killed.class.getName(), directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String left;
        try (BufferedReader lines = other.inputReader()) {
            left = lines.readLine();
        } finally {
            other.destroyForcibly().waitFor();
        }
        Film film = RedisTest.film(80);
        try (EmbeddedRedis redis = EmbeddedRedis.open(directory)) {
            assertThat(redis.url()).isEqualTo(left);
            remember(redis, film);
            ProcessHandle server = RedisSettings.process(directory).orElseThrow();
            server.destroyForcibly();
            server.onExit().get();
        }
        try (EmbeddedRedis redis = EmbeddedRedis.open(directory)) {
            assertThat(find(redis, film)).as("even after a kill -9 of Redis").isEqualTo(film);
        }
        assertThat(RedisSettings.process(directory)).isEmpty();
    }

    /** Opens the directory, says where Redis is, and waits for its death. */
    static final class Killed {

        private Killed() {}

        public static void main(String[] arguments) throws Exception {
            System.out.println(EmbeddedRedis.open(Path.of(arguments[0])).url());
            Thread.currentThread().join();
        }
    }

    private void remember(EmbeddedRedis redis, Film film) throws Exception {
        Memory memory = RedisTest.await(Memory.open(vertx, redis.url()));
        RedisTest.await(memory.films().create(film));
        RedisTest.await(memory.close());
    }

    private Film find(EmbeddedRedis redis, Film film) throws Exception {
        Memory memory = RedisTest.await(Memory.open(vertx, redis.url()));
        try {
            return RedisTest.await(memory.films().find(film.id()));
        } finally {
            RedisTest.await(memory.close());
        }
    }
}
