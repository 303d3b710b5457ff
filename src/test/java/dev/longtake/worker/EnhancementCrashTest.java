package dev.longtake.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longtake.film.CancelToken;
import dev.longtake.film.CancelledException;
import dev.longtake.film.Enhancement;
import dev.longtake.film.EnhancementPlan;
import dev.longtake.film.Film;
import dev.longtake.film.FrameRange;
import dev.longtake.film.Recipe;
import dev.longtake.film.StepListener;
import dev.longtake.film.Timeline;
import dev.longtake.film.VideoFrames;
import dev.longtake.memory.EmbeddedRedis;
import dev.longtake.memory.Memory;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A worker is killed while it refines frames, together with its process. */
class EnhancementCrashTest {

    private static final int PATIENCE_SECONDS = 60;
    private static final String WORKER = "studio-0";

    @TempDir
    Path directory;

    /** One that comes back by its name gets its turn at once, another one after a while. */
    @ParameterizedTest
    @ValueSource(strings = {WORKER, "another"})
    void theNextWorkerRefinesThem(String next) throws Exception {
        Vertx vertx = Vertx.vertx();
        try (EmbeddedRedis redis = EmbeddedRedis.open(directory)) {
            Memory memory = await(Memory.open(vertx, redis.url()));
            Film film = await(memory.films().create(film()));
            DoomedWorker.killInTheMiddle(Doomed.class, redis.url());
            assertThat(await(memory.films().find(film.id())).enhancement().orElseThrow().frames()).isEqualTo(16);

            String deployed = await(vertx.deployVerticle(
                    new WorkerVerticle(memory, next, new PaintedChunks(), PaintedChunks.FORMAT)));
            Film done = Awaitility.await().atMost(PATIENCE_SECONDS, TimeUnit.SECONDS).until(
                    () -> await(memory.films().find(film.id())),
                    now -> !now.state().active() && now.isWhollyEnhanced());
            RefinedFilm.verify(memory.films(), done, "the film");
            await(vertx.undeploy(deployed));
            await(memory.close());
        } finally {
            await(vertx.close());
        }
    }

    /** A worker's process that never refines more than 16 frames. */
    static final class Doomed {

        private Doomed() {}

        public static void main(String[] arguments) throws Exception {
            Vertx vertx = Vertx.vertx();
            Memory memory = await(Memory.open(vertx, arguments[0]));
            await(vertx.deployVerticle(new WorkerVerticle(memory, WORKER, new Stuck(), PaintedChunks.FORMAT)));
        }
    }

    private static final class Stuck extends PaintedChunks {

        @Override
        public VideoFrames enhance(Recipe recipe, EnhancementPlan plan, FrameRange range, List<float[]> latents,
                boolean ended, StepListener listener, CancelToken token) throws CancelledException {
            return super.enhance(recipe, plan, range, latents, ended, (step, steps, preview) -> {
                listener.onStep(step, steps, preview);
                if (range.from() == 16) {
                    DoomedWorker.awaitDeath();
                }
            }, token);
        }
    }

    private static Film film() {
        Recipe recipe = new Recipe("painted", Timeline.of("a red car"), "", 90, 3, PaintedChunks.STEPS, 1);
        return Film.create("me", recipe, PaintedChunks.PLAN)
                .enhanced(Optional.of(Enhancement.begun(new EnhancementPlan(24, 8, 2))));
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
}
