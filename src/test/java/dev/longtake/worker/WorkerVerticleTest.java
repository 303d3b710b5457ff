package dev.longtake.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longtake.director.GeneratedChunk;
import dev.longtake.film.CancelToken;
import dev.longtake.film.CancelledException;
import dev.longtake.film.Film;
import dev.longtake.film.FilmId;
import dev.longtake.film.FilmState;
import dev.longtake.film.Fork;
import dev.longtake.film.PromptChange;
import dev.longtake.film.Recipe;
import dev.longtake.film.Snapshot;
import dev.longtake.film.StepListener;
import dev.longtake.film.Timeline;
import dev.longtake.memory.EmbeddedRedis;
import dev.longtake.memory.FilmEvent;
import dev.longtake.memory.FilmEvents;
import dev.longtake.memory.FilmMemory;
import dev.longtake.memory.JobConsumer;
import dev.longtake.memory.Memory;
import dev.longtake.memory.Preview;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkerVerticleTest {

    private static final int PATIENCE_SECONDS = 30;

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
    void makesAFilmFromTheFirstToTheLastFrame() throws Exception {
        List<FilmEvent> events = new CopyOnWriteArrayList<>();
        Film film = create(27, 1);
        memory.events().tail(film.id(), FilmEvents.BEGINNING, events::add);
        work("w", new PaintedChunks());
        Film done = awaitState(film.id(), FilmState.FINISHED);
        assertThat(done).extracting(Film::framesDone, Film::chunksDone).containsExactly(27, 3);
        assertThat(await(films.init(film.id()))).isPresent();
        assertThat(await(films.poster(film.id())).orElseThrow().getBytes()).startsWith(0xff, 0xd8);
        Awaitility.await().until(() ->
                events.stream().anyMatch(event -> "FINISHED".equals(event.body().getValue("state"))));
        assertThat(events.stream().filter(event -> event.type().equals(FilmEvent.CHUNK)))
                .extracting(event -> event.body().getInteger("frames"))
                .containsExactly(16, 8, 3);
        FilmEvent progress =
                events.stream().filter(event -> event.type().equals(FilmEvent.PROGRESS)).findFirst().orElseThrow();
        assertThat(progress.body().fieldNames())
                .containsExactlyInAnyOrder(
                        "chunk", "step", "steps", "framesDone", "firstOpenFrame", "fps", "etaSeconds");
    }

    @Test
    void anExtendedFilmIsTheFilmThatWasAskedForAtOnce() throws Exception {
        work("w", new PaintedChunks());
        Film whole = create(45, 7);
        Film grown = create(17, 7);
        awaitState(grown.id(), FilmState.FINISHED);
        await(films.extend(grown.id(), 2, Optional.empty()));
        awaitState(grown.id(), FilmState.FINISHED);
        await(films.extend(grown.id(), 26, Optional.empty()));
        awaitState(grown.id(), FilmState.FINISHED);
        awaitState(whole.id(), FilmState.FINISHED);
        assertThat(segments(grown.id())).hasSize(5).isEqualTo(segments(whole.id()));
    }

    @Test
    void goesOnWithFilmsOfAWorkerThatLeft() throws Exception {
        Hanging left = new Hanging(2);
        String leaving = work("left", left);
        Film film = create(60, 3);
        Film undisturbed = create(60, 3);
        left.hangs.await();
        await(vertx.undeploy(leaving));
        assertThat(left.closed.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        work("next", new PaintedChunks());
        awaitState(film.id(), FilmState.FINISHED);
        awaitState(undisturbed.id(), FilmState.FINISHED);
        assertThat(segments(film.id())).isEqualTo(segments(undisturbed.id()));
    }

    @Test
    void aStopTakesEffectInTheMiddleOfAChunk() throws Exception {
        Hanging maker = new Hanging(1);
        work("w", maker);
        Film film = create(60, 3);
        Film other = create(16, 3);
        maker.hangs.await();
        assertThat(await(films.stop(film.id())).state()).isEqualTo(FilmState.STOPPED);
        // The worker is free for others at once.
        awaitState(other.id(), FilmState.FINISHED);
        assertThat(await(films.find(film.id()))).extracting(Film::state, Film::framesDone)
                .containsExactly(FilmState.STOPPED, 16);
        await(films.extend(film.id(), 8, Optional.of("snow")));
        assertThat(awaitState(film.id(), FilmState.FINISHED).framesDone()).isEqualTo(24);
    }

    @Test
    void aPausedFilmFinishesItsChunkAndGoesOnBitForBit() throws Exception {
        Hanging maker = new Hanging(1);
        work("w", maker);
        Film film = create(40, 3);
        maker.hangs.await();
        assertThat(await(films.pause(film.id())).state()).isEqualTo(FilmState.PAUSED);
        maker.go.countDown();
        // The worker makes other films meanwhile.
        Film other = create(40, 3);
        awaitState(other.id(), FilmState.FINISHED);
        assertThat(await(films.find(film.id()))).extracting(Film::state, Film::framesDone, Film::making)
                .containsExactly(FilmState.PAUSED, 24, Film.NONE);
        await(films.resume(film.id()));
        awaitState(film.id(), FilmState.FINISHED);
        assertThat(segments(film.id())).isEqualTo(segments(other.id()));
    }

    @Test
    void aDeletedFilmFreesItsWorkerAndGoesOnWhenItIsRestored() throws Exception {
        Hanging maker = new Hanging(1);
        work("w", maker);
        Film film = create(40, 3);
        maker.hangs.await();
        await(films.trash(film.id(), Duration.ofHours(1)));
        Film other = create(40, 3);
        awaitState(other.id(), FilmState.FINISHED);
        await(films.restore(film.id(), true));
        awaitState(film.id(), FilmState.FINISHED);
        assertThat(segments(film.id())).isEqualTo(segments(other.id()));
    }

    @Test
    void aTakeIsMadeByAnyWorkerAsTheFilmOfItsRecipe() throws Exception {
        work("w", new PaintedChunks());
        Film film = create(45, 7);
        awaitState(film.id(), FilmState.FINISHED);
        Fork fork = new Fork(OptionalInt.of(24), OptionalInt.of(20), Optional.of("snow"), 1, OptionalLong.of(9));
        Film take = await(films.fork(film.id(), fork.of(film(film.id()), "me")));
        awaitState(take.id(), FilmState.FINISHED);
        Film afresh = await(films.create(Film.create("me", take.recipe(), PaintedChunks.PLAN)));
        awaitState(afresh.id(), FilmState.FINISHED);
        assertThat(segments(take.id())).isEqualTo(segments(afresh.id()));
        assertThat(segments(take.id()).subList(0, 2)).isEqualTo(segments(film.id()).subList(0, 2));
        assertThat(segments(take.id()).get(2)).isNotEqualTo(segments(film.id()).get(2));
    }

    @Test
    void deletingAFilmFreesItsWorker() throws Exception {
        Hanging maker = new Hanging(0);
        work("w", maker);
        Film film = create(60, 3);
        maker.hangs.await();
        await(films.delete(film.id()));
        awaitState(create(16, 3).id(), FilmState.FINISHED);
    }

    @Test
    void aNewPromptReachesTheNextChunk() throws Exception {
        Hanging maker = new Hanging(1);
        work("w", maker);
        Film film = create(40, 3);
        maker.hangs.await();
        assertThat(await(films.changePrompt(film.id(), new PromptChange(0, "snow"))).frame()).isEqualTo(24);
        maker.go.countDown();
        awaitState(film.id(), FilmState.FINISHED);
        Film planned = Film.create("me", film.recipe().withTimeline(
                film.recipe().timeline().with(new PromptChange(24, "snow"))), PaintedChunks.PLAN);
        await(films.create(planned));
        awaitState(planned.id(), FilmState.FINISHED);
        assertThat(segments(film.id())).isEqualTo(segments(planned.id()));
    }

    @Test
    void twoWorkersMakeTwoFilmsSideBySide() throws Exception {
        Hanging one = new Hanging(1);
        Hanging two = new Hanging(1);
        work("one", one);
        work("two", two);
        Film a = create(24, 1);
        Film b = create(24, 2);
        // Each hangs in a second chunk, so both are at work at the same time.
        one.hangs.await();
        two.hangs.await();
        one.go.countDown();
        two.go.countDown();
        awaitState(a.id(), FilmState.FINISHED);
        awaitState(b.id(), FilmState.FINISHED);
    }

    @Test
    void aChunkThatCannotBeMadeFailsItsFilmOnly() throws Exception {
        work("w", new PaintedChunks() {
            @Override
            public GeneratedChunk generate(Recipe recipe, int chunk, Optional<Snapshot> previous,
                    StepListener listener, CancelToken token) throws CancelledException {
                if (recipe.seed() == 13 && recipe.frames() == 40) {
                    throw new IllegalStateException("no memory left");
                }
                return super.generate(recipe, chunk, previous, listener, token);
            }
        });
        Film film = create(40, 13);
        assertThat(awaitState(film.id(), FilmState.FAILED).error()).isEqualTo("no memory left");
        awaitState(create(24, 1).id(), FilmState.FINISHED);
        await(films.extend(film.id(), 24, Optional.empty()));
        awaitState(film.id(), FilmState.FINISHED);
    }

    @Test
    void aFilmThatKillsWorkersIsGivenUp() throws Exception {
        Film film = create(40, 3);
        for (int i = 0; i < 4; i++) {
            JobConsumer killed = memory.jobs().consumer("w");
            assertThat(await(killed.take()).film()).isEqualTo(film.id());
            killed.close();
        }
        work("w", new PaintedChunks());
        assertThat(awaitState(film.id(), FilmState.FAILED).error()).isEqualTo("chunk 0 ended 4 workers");
    }

    @Test
    void showsTheDenoisingToThoseWhoLook() throws Exception {
        List<Preview> shown = new CopyOnWriteArrayList<>();
        Film film = create(16, 3);
        memory.events().previews(film.id(), shown::add);
        work("w", new PaintedChunks() {
            @Override
            public GeneratedChunk generate(Recipe recipe, int chunk, Optional<Snapshot> previous,
                    StepListener listener, CancelToken token) throws CancelledException {
                GeneratedChunk made = super.generate(recipe, chunk, previous, listener, token);
                Awaitility.await().until(() -> {
                    listener.onStep(1, STEPS, () -> made.frames().slice(0, 1));
                    return !shown.isEmpty();
                });
                return made;
            }
        });
        awaitState(film.id(), FilmState.FINISHED);
        assertThat(shown.get(0).jpeg().getBytes(0, 2)).containsExactly(0xff, 0xd8);
    }

    /** Hangs once, in chunk {@code in}, until it may go on or is cancelled. */
    private static final class Hanging extends PaintedChunks {

        final CountDownLatch hangs = new CountDownLatch(1);
        final CountDownLatch go = new CountDownLatch(1);
        private final int in;

        Hanging(int in) {
            this.in = in;
        }

        @Override
        public GeneratedChunk generate(Recipe recipe, int chunk, Optional<Snapshot> previous, StepListener listener,
                CancelToken token) throws CancelledException {
            if (chunk == in && hangs.getCount() > 0) {
                token.onCancel(go::countDown);
                hangs.countDown();
                await(go);
            }
            return super.generate(recipe, chunk, previous, listener, token);
        }
    }

    private String work(String name, ChunkMaker maker) throws Exception {
        return await(vertx.deployVerticle(new WorkerVerticle(memory, name, maker, PaintedChunks.FORMAT)));
    }

    private Film create(int frames, long seed) throws Exception {
        Recipe recipe = new Recipe("painted", Timeline.of("a red car"), "", frames, seed, PaintedChunks.STEPS, 1);
        return await(films.create(Film.create("me", recipe, PaintedChunks.PLAN)));
    }

    private Film film(FilmId id) throws Exception {
        return await(films.find(id));
    }

    private Film awaitState(FilmId id, FilmState state) {
        return Awaitility.await()
                .atMost(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .until(() -> await(films.find(id)), film -> film.state() == state);
    }

    private List<Buffer> segments(FilmId id) throws Exception {
        List<Buffer> segments = new ArrayList<>();
        Film film = await(films.find(id));
        for (int chunk = 0; chunk < film.chunksDone(); chunk++) {
            segments.add(await(films.segment(id, chunk)).orElseThrow());
        }
        return segments;
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
}
