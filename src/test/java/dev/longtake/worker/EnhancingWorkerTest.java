package dev.longtake.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longtake.director.Director;
import dev.longtake.director.GeneratedChunk;
import dev.longtake.film.CancelToken;
import dev.longtake.film.CancelledException;
import dev.longtake.film.Enhancement;
import dev.longtake.film.EnhancementPlan;
import dev.longtake.film.Film;
import dev.longtake.film.FilmId;
import dev.longtake.film.FilmState;
import dev.longtake.film.FrameRange;
import dev.longtake.film.Recipe;
import dev.longtake.film.Snapshot;
import dev.longtake.film.StepListener;
import dev.longtake.film.Timeline;
import dev.longtake.film.VideoFrames;
import dev.longtake.memory.EmbeddedRedis;
import dev.longtake.memory.FilmEvent;
import dev.longtake.memory.FilmEvents;
import dev.longtake.memory.FilmMemory;
import dev.longtake.memory.Job;
import dev.longtake.memory.JobConsumer;
import dev.longtake.memory.Memory;
import dev.longtake.memory.Stage;
import dev.longtake.pack.Device;
import dev.longtake.pack.ModelPack;
import dev.longtake.pack.TestPacks;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workers that refine films. 16 frames are refined at a time, and need 40 frames from their first on. */
class EnhancingWorkerTest {

    private static final int PATIENCE_SECONDS = 30;
    private static final EnhancementPlan WINDOWS = new EnhancementPlan(24, 8, 2);

    @TempDir
    private static Path directory;
    private static EmbeddedRedis server;

    private Vertx vertx;
    private Memory memory;
    private FilmMemory films;

    @BeforeAll
    static void startServer() throws IOException {
        server = EmbeddedRedis.open(directory);
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @BeforeEach
    void open() throws Exception {
        vertx = Vertx.vertx();
        memory = await(Memory.open(vertx, server.url()));
        films = memory.films();
    }

    @AfterEach
    void close() throws Exception {
        for (Film film : await(films.list("me", 100, Optional.empty()))) {
            await(films.delete(film.id()));
        }
        for (String id : List.copyOf(vertx.deploymentIDs())) {
            await(vertx.undeploy(id));
        }
        await(memory.close());
        await(vertx.close());
    }

    @Test
    void refinesAFilmToItsLastFrame() throws Exception {
        List<FilmEvent> events = new CopyOnWriteArrayList<>();
        Film film = create(75);
        memory.events().tail(film.id(), FilmEvents.BEGINNING, events::add);
        work("w", new PaintedChunks());
        RefinedFilm.verify(films, awaitFilm(film.id(), Film::isWhollyEnhanced), "the film");
        assertThat(await(films.enhancedInit(film.id()))).isPresent().isNotEqualTo(await(films.init(film.id())));
        Awaitility.await().until(() -> events.stream().anyMatch(event -> event.type().equals(FilmEvent.ENHANCED)
                && event.body().getInteger("enhancedFrames") == 75));
        assertThat(events).filteredOn(event -> event.type().equals(FilmEvent.ENHANCED))
                .extracting(event -> event.body().getInteger("frames"))
                .containsExactly(16, 16, 16, 27);
        List<JsonObject> progress = events.stream()
                .filter(event -> event.type().equals(FilmEvent.ENHANCING)).map(FilmEvent::body).toList();
        assertThat(progress).isNotEmpty().allSatisfy(body -> assertThat(body.fieldNames()).containsExactlyInAnyOrder(
                "enhancedFrames", "framesDone", "frames", "step", "steps", "fps", "etaSeconds"));
        assertThat(progress).last().satisfies(body -> {
            assertThat(body.getInteger("enhancedFrames")).isEqualTo(48);
            assertThat(body.getInteger("frames")).isEqualTo(75);
        });
        assertThat(await(memory.events().enhancing(film.id()))).contains(progress.get(progress.size() - 1));
    }

    @Test
    void oneWorkerMakesAFilmWhileAnotherRefinesIt() throws Exception {
        Meeting one = new Meeting();
        Meeting two = new Meeting(one);
        work("one", one);
        work("two", two);
        Film film = create(80);
        // Each of them is in the middle of its work while the other is, or this would never end.
        RefinedFilm.verify(films, awaitFilm(film.id(), Film::isWhollyEnhanced), "the film");
        assertThat(one.refining.getCount() + one.making.getCount()).isZero();
    }

    @Test
    void aFilmThatIsRefinedLaterIsTheSame() throws Exception {
        work("w", new PaintedChunks());
        Film film = awaitFilm(createPlain(60).id(), done -> done.state() == FilmState.FINISHED);
        await(films.enhance(film.id(), WINDOWS));
        RefinedFilm.verify(films, awaitFilm(film.id(), Film::isWhollyEnhanced), "the film");
    }

    @Test
    void anExtendedFilmIsRefinedAsIfItHadBeenAskedForAtOnce() throws Exception {
        work("w", new PaintedChunks());
        FilmId id = create(17).id();
        for (int more : new int[] {2, 26, 40}) {
            awaitFilm(id, Film::isWhollyEnhanced);
            await(films.extend(id, more, Optional.of("it snows " + more)));
            awaitFilm(id, film -> film.state() == FilmState.FINISHED);
        }
        RefinedFilm.verify(films, awaitFilm(id, Film::isWhollyEnhanced), "the film");
    }

    @Test
    void whatIsBeingRefinedIsFinishedWhenTheFilmIsStopped() throws Exception {
        Hanging maker = new Hanging(0);
        work("w", maker);
        Film film = create(400);
        maker.hangs.await();
        await(films.stop(film.id()));
        maker.go.countDown();
        RefinedFilm.verify(films, awaitFilm(film.id(), Film::isWhollyEnhanced), "the film");
        assertThat(maker.cancelled).isFalse();
        assertThat(await(films.find(film.id())).state()).isEqualTo(FilmState.STOPPED);
    }

    @Test
    void aFilmThatIsRefinedNoLongerFreesItsWorker() throws Exception {
        Hanging maker = new Hanging(0);
        work("w", maker);
        Film film = create(60);
        maker.hangs.await();
        await(films.unenhance(film.id()));
        assertThat(awaitFilm(film.id(), done -> done.state() == FilmState.FINISHED).enhancement()).isEmpty();
        assertThat(maker.cancelled).isTrue();
    }

    @Test
    void aDeletedFilmFreesItsWorkerAndIsRefinedOnWhenItIsRestored() throws Exception {
        Hanging maker = new Hanging(16);
        work("w", maker);
        Film film = create(60);
        maker.hangs.await();
        await(films.trash(film.id(), Duration.ofHours(1)));
        awaitFilm(create(24).id(), Film::isWhollyEnhanced);
        await(films.restore(film.id(), true));
        RefinedFilm.verify(films, awaitFilm(film.id(), Film::isWhollyEnhanced), "the film");
        assertThat(maker.cancelled).isTrue();
    }

    @Test
    void nobodyRefinesUpToAnEndThatIsNoMore() throws Exception {
        Hanging maker = new Hanging(16);
        work("w", maker);
        Film film = create(48);
        maker.hangs.await();
        // The range from frame 16 on goes to the end, which the worker is busy with.
        await(films.extend(film.id(), 24, Optional.empty()));
        RefinedFilm.verify(films, awaitFilm(film.id(), Film::isWhollyEnhanced), "the film");
        assertThat(maker.cancelled).isTrue();
    }

    @Test
    void anEnhancerThatFailsLeavesTheFilmAndMayTryAgain() throws Exception {
        CountDownLatch repaired = new CountDownLatch(1);
        work("w", new PaintedChunks() {
            @Override
            public VideoFrames enhance(Recipe recipe, EnhancementPlan plan, FrameRange range, List<float[]> latents,
                    boolean ended, StepListener listener, CancelToken token) throws CancelledException {
                if (range.from() == 16 && repaired.getCount() > 0) {
                    throw new IllegalStateException("no memory left");
                }
                return super.enhance(recipe, plan, range, latents, ended, listener, token);
            }
        });
        Film film = create(60);
        Film done = awaitFilm(film.id(), now -> now.state() == FilmState.FINISHED
                && !now.enhancement().orElseThrow().error().isEmpty());
        assertThat(done.enhancement()).contains(new Enhancement(WINDOWS, 16, "no memory left"));
        assertThat(done).extracting(Film::framesDone, Film::error).containsExactly(60, "");
        repaired.countDown();
        await(films.enhance(film.id(), WINDOWS));
        RefinedFilm.verify(films, awaitFilm(film.id(), Film::isWhollyEnhanced), "the film");
    }

    @Test
    void aWorkerWithoutAnEnhancerSaysSo() throws Exception {
        await(vertx.deployVerticle(new WorkerVerticle(
                memory, "w", new Director(ModelPack.open(TestPacks.TOY, Device.parse("cpu"))))));
        Recipe recipe = new Recipe("toy", Timeline.of("a red car"), "", 16, 3, 2, 1);
        Film film = await(films.create(Film.create("me", recipe, PaintedChunks.PLAN)
                .enhanced(Optional.of(Enhancement.begun(WINDOWS)))));
        Film done = awaitFilm(film.id(), now -> !now.enhancement().orElseThrow().error().isEmpty());
        assertThat(done.state()).isEqualTo(FilmState.FINISHED);
        assertThat(done.enhancement().orElseThrow().error())
                .isEqualTo("this worker's pack \"toy\" has no enhancer");
    }

    @Test
    void aFilmWhoseRefinementKillsWorkersIsRefinedNoFurther() throws Exception {
        Film film = create(24);
        String maker = work("maker", new PaintedChunks() {
            @Override
            public VideoFrames enhance(Recipe recipe, EnhancementPlan plan, FrameRange range, List<float[]> latents,
                    boolean ended, StepListener listener, CancelToken token) throws CancelledException {
                // Until this worker leaves and gives its turn back.
                CountDownLatch left = new CountDownLatch(1);
                token.onCancel(left::countDown);
                PaintedChunks.await(left);
                throw new CancelledException();
            }
        });
        awaitFilm(film.id(), done -> done.state() == FilmState.FINISHED);
        await(vertx.undeploy(maker));
        for (int i = 0; i < 4; i++) {
            JobConsumer killed = memory.jobs().consumer("w");
            assertThat(await(killed.take())).extracting(Job::film, Job::stage)
                    .containsExactly(film.id(), Stage.ENHANCEMENT);
            killed.close();
        }
        work("w", new PaintedChunks());
        Film done = awaitFilm(film.id(), now -> !now.enhancement().orElseThrow().error().isEmpty());
        assertThat(done.enhancement().orElseThrow().error()).isEqualTo("refining frames 0 to 23 ended 4 workers");
        assertThat(done.state()).isEqualTo(FilmState.FINISHED);
    }

    /** Hangs once, when it is to refine from frame {@code from} on, until it may go on or is cancelled. */
    private static final class Hanging extends PaintedChunks {

        final CountDownLatch hangs = new CountDownLatch(1);
        final CountDownLatch go = new CountDownLatch(1);
        volatile boolean cancelled;
        private final int from;

        Hanging(int from) {
            this.from = from;
        }

        @Override
        public VideoFrames enhance(Recipe recipe, EnhancementPlan plan, FrameRange range, List<float[]> latents,
                boolean ended, StepListener listener, CancelToken token) throws CancelledException {
            if (range.from() == from && hangs.getCount() > 0) {
                token.onCancel(go::countDown);
                hangs.countDown();
                await(go);
                cancelled = token.cancelled();
            }
            return super.enhance(recipe, plan, range, latents, ended, listener, token);
        }
    }

    /** Makes the fifth chunk only while another refines the first frames, and the other way round. */
    private static final class Meeting extends PaintedChunks {

        final CountDownLatch making;
        final CountDownLatch refining;

        Meeting() {
            making = new CountDownLatch(1);
            refining = new CountDownLatch(1);
        }

        Meeting(Meeting other) {
            making = other.making;
            refining = other.refining;
        }

        @Override
        public GeneratedChunk generate(Recipe recipe, int chunk, Optional<Snapshot> previous, StepListener listener,
                CancelToken token) throws CancelledException {
            if (chunk == 4) {
                making.countDown();
                await(refining);
            }
            return super.generate(recipe, chunk, previous, listener, token);
        }

        @Override
        public VideoFrames enhance(Recipe recipe, EnhancementPlan plan, FrameRange range, List<float[]> latents,
                boolean ended, StepListener listener, CancelToken token) throws CancelledException {
            refining.countDown();
            await(making);
            return super.enhance(recipe, plan, range, latents, ended, listener, token);
        }
    }

    private String work(String name, ChunkMaker maker) throws Exception {
        return await(vertx.deployVerticle(new WorkerVerticle(memory, name, maker, PaintedChunks.FORMAT)));
    }

    private Film create(int frames) throws Exception {
        return await(films.create(film(frames).enhanced(Optional.of(Enhancement.begun(WINDOWS)))));
    }

    private Film createPlain(int frames) throws Exception {
        return await(films.create(film(frames)));
    }

    private static Film film(int frames) {
        Recipe recipe = new Recipe("painted", Timeline.of("a red car"), "", frames, 3, PaintedChunks.STEPS, 1);
        return Film.create("me", recipe, PaintedChunks.PLAN);
    }

    private Film awaitFilm(FilmId id, Predicate<Film> condition) {
        return Awaitility.await()
                .atMost(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .until(() -> await(films.find(id)), condition);
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
}
