package dev.longtake.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longtake.director.Director;
import dev.longtake.director.GeneratedChunk;
import dev.longtake.film.CancelToken;
import dev.longtake.film.CancelledException;
import dev.longtake.film.EnhancementPlan;
import dev.longtake.film.Film;
import dev.longtake.film.FilmState;
import dev.longtake.film.FrameRange;
import dev.longtake.film.Recipe;
import dev.longtake.film.Snapshot;
import dev.longtake.film.StepListener;
import dev.longtake.film.Timeline;
import dev.longtake.film.VideoFrames;
import dev.longtake.media.VideoFormat;
import dev.longtake.memory.EmbeddedRedis;
import dev.longtake.memory.Memory;
import dev.longtake.pack.Device;
import dev.longtake.pack.ModelPack;
import dev.longtake.pack.TestPacks;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker of the real engine is killed in the middle of a film, together with its process. */
class WorkerCrashTest {

    private static final int PATIENCE_SECONDS = 60;
    private static final String WORKER = "studio-0";

    @TempDir
    Path directory;

    @Test
    void theFilmGoesOnAndIsTheSameBitForBit() throws Exception {
        Vertx vertx = Vertx.vertx();
        try (EmbeddedRedis redis = EmbeddedRedis.open(directory)) {
            Memory memory = await(Memory.open(vertx, redis.url()));
            Film film = await(memory.films().create(film()));
            DoomedWorker.killInTheMiddle(Doomed.class, redis.url());
            assertThat(await(memory.films().find(film.id()))).extracting(Film::state, Film::chunksDone)
                    .containsExactly(FilmState.RUNNING, 2);
            Film undisturbed = await(memory.films().create(film()));

            await(vertx.deployVerticle(new WorkerVerticle(memory, WORKER, director())));
            awaitFinished(memory, film);
            awaitFinished(memory, undisturbed);
            for (int chunk = 0; chunk < film.chunks(); chunk++) {
                assertThat(await(memory.films().segment(film.id(), chunk)))
                        .isPresent()
                        .isEqualTo(await(memory.films().segment(undisturbed.id(), chunk)));
                assertThat(await(memory.films().snapshot(film.id(), chunk)).orElseThrow().latents())
                        .containsExactly(
                                await(memory.films().snapshot(undisturbed.id(), chunk)).orElseThrow().latents());
            }
            await(Future.all(vertx.deploymentIDs().stream().map(vertx::undeploy).toList()));
            await(memory.close());
        } finally {
            await(vertx.close());
        }
    }

    /** A worker's process that never gets beyond the middle of its third chunk. */
    static final class Doomed {

        private Doomed() {}

        public static void main(String[] arguments) throws Exception {
            Vertx vertx = Vertx.vertx();
            Memory memory = await(Memory.open(vertx, arguments[0]));
            await(vertx.deployVerticle(
                    new WorkerVerticle(memory, WORKER, new Stuck(director()), new VideoFormat(64, 64, 8))));
        }
    }

    /** Makes two chunks and stops for ever after the second step of the third. */
    private record Stuck(Director director) implements ChunkMaker {

        @Override
        public GeneratedChunk generate(Recipe recipe, int chunk, Optional<Snapshot> previous, StepListener listener,
                CancelToken token) throws CancelledException {
            return director.generate(recipe, chunk, previous, (step, steps, preview) -> {
                listener.onStep(step, steps, preview);
                if (chunk == 2 && step == 2) {
                    DoomedWorker.awaitDeath();
                }
            }, token);
        }

        @Override
        public Snapshot still(byte[] png) {
            throw new UnsupportedOperationException("no film here begins with a picture");
        }

        @Override
        public VideoFrames render(Recipe recipe, Snapshot snapshot) {
            return director.render(recipe, snapshot);
        }

        @Override
        public VideoFrames enhance(Recipe recipe, EnhancementPlan plan, FrameRange range, List<float[]> latents,
                boolean ended, StepListener listener, CancelToken token) {
            throw new UnsupportedOperationException("nothing is refined here");
        }

        @Override
        public void close() {
            director.close();
        }
    }

    private static Director director() {
        return new Director(ModelPack.open(TestPacks.TOY, Device.parse("cpu")));
    }

    private static Film film() {
        Director director = director();
        try {
            Recipe recipe = new Recipe("toy", Timeline.of("a red car drives home"), "", 50, 11, 4, 4);
            return Film.create("me", recipe, director.plan());
        } finally {
            director.close();
        }
    }

    private static void awaitFinished(Memory memory, Film film) {
        Awaitility.await().atMost(PATIENCE_SECONDS, TimeUnit.SECONDS).until(() ->
                await(memory.films().find(film.id())).state() == FilmState.FINISHED);
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
}
