package dev.longtake.memory;

import dev.longtake.film.ChunkPlan;
import dev.longtake.film.Film;
import dev.longtake.film.FilmId;
import dev.longtake.film.Recipe;
import dev.longtake.film.Snapshot;
import dev.longtake.film.Timeline;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A test with a real, empty Redis. */
abstract class RedisTest {

    static final ChunkPlan PLAN = new ChunkPlan(16, 8);
    private static final int PATIENCE_SECONDS = 20;

    @TempDir
    private static Path directory;
    private static EmbeddedRedis server;
    static Vertx vertx;

    RedisConnections redis;
    Memory memory;
    FilmMemory films;

    @BeforeAll
    static void startServer() throws IOException {
        server = EmbeddedRedis.open(directory);
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void stopServer() throws Exception {
        await(vertx.close());
        server.close();
    }

    @BeforeEach
    void connect() throws Exception {
        redis = await(RedisConnections.open(vertx, server.url()));
        await(redis.send(Request.cmd(Command.FLUSHALL)));
        memory = open();
        films = memory.films();
    }

    @AfterEach
    void disconnect() throws Exception {
        await(memory.close());
        await(redis.close());
    }

    /** The memory of another process. */
    static Memory open() throws Exception {
        return await(Memory.open(vertx, server.url()));
    }

    static <T> T await(Future<T> future) throws InterruptedException, ExecutionException, TimeoutException {
        return future.toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    static Recipe recipe(int frames) {
        return new Recipe("storybook", Timeline.of("a red car"), "", frames, -7_000_000_000_000_000_123L, 4, 4.5);
    }

    static Film film(int frames) {
        return Film.create("someone", recipe(frames), PLAN);
    }

    /** A chunk whose content tells which it is. */
    static CommittedChunk chunk(ChunkTask task) {
        return chunk(task.chunk(), task.shownFrames());
    }

    static CommittedChunk chunk(int chunk, int frames) {
        float[] latents = {chunk, 0.1f, -0.0f, Float.MIN_VALUE, 3e38f};
        return new CommittedChunk(
                new Snapshot(chunk, latents, new float[] {0.5f}),
                new byte[] {0, 1, -1},
                new byte[] {(byte) chunk, (byte) frames, (byte) 0xff, 0, 13, 10},
                chunk == 0 ? Optional.of(new byte[] {-1, -40}) : Optional.empty(),
                2,
                1.9);
    }

    /** Makes the next chunk of a film. */
    Film step(FilmId id) throws Exception {
        ChunkTask task = await(films.begin(id)).orElseThrow();
        return await(films.commit(task, chunk(task)));
    }
}
