package dev.longtake.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longtake.director.Director;
import dev.longtake.director.GeneratedChunk;
import dev.longtake.film.CancelToken;
import dev.longtake.film.CancelledException;
import dev.longtake.film.Film;
import dev.longtake.film.FilmState;
import dev.longtake.film.Fork;
import dev.longtake.film.More;
import dev.longtake.film.PromptChange;
import dev.longtake.film.Recipe;
import dev.longtake.film.Snapshot;
import dev.longtake.film.Timeline;
import dev.longtake.media.ChunkEncoder;
import dev.longtake.media.VideoFormat;
import dev.longtake.memory.ChunkTask;
import dev.longtake.memory.CommittedChunk;
import dev.longtake.memory.EmbeddedRedis;
import dev.longtake.memory.FilmMemory;
import dev.longtake.memory.Memory;
import dev.longtake.pack.Device;
import dev.longtake.pack.ModelPack;
import dev.longtake.pack.TestPacks;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever people and accidents do to a tree of takes, in whatever order: each film's latents and pictures are those of
 * a fresh run of its recipe. What happens is drawn from a seed; {@code -Dtrees=1000} tries more of them.
 */
class TreeOfTakesTest {

    private static final int TREES = Integer.getInteger("trees", 12);
    private static final int EVENTS = 60;
    private static final int MOST_FRAMES = 64;
    private static final int STEPS = 3;
    private static final VideoFormat FORMAT = new VideoFormat(64, 64, 8);
    private static final List<String> PROMPTS = List.of(
            "a red car drives home", "now it snows", "a cat on the moon", "the sun rises", "then it rains", "a fish");

    @TempDir
    private static Path directory;
    private static EmbeddedRedis server;
    private static Vertx vertx;
    private static Memory memory;
    private static Director fresh;
    private static Director director;
    private static ChunkWork worker;

    private final ChunkEncoder encoder = new ChunkEncoder(FORMAT);
    private final List<String> story = new ArrayList<>();
    private final List<Film> tree = new ArrayList<>();

    @BeforeAll
    static void open() throws Exception {
        server = EmbeddedRedis.open(directory);
        vertx = Vertx.vertx();
        memory = await(Memory.open(vertx, server.url()));
        fresh = new Director(ModelPack.open(TestPacks.TOY, Device.parse("cpu")));
        director = new Director(ModelPack.open(TestPacks.TOY, Device.parse("cpu")));
        worker = new ChunkWork(new DirectedChunks(director), FORMAT);
    }

    @AfterAll
    static void close() throws Exception {
        director.close();
        fresh.close();
        await(memory.close());
        await(vertx.close());
        server.close();
    }

    static List<Long> seeds() {
        List<Long> seeds = new ArrayList<>();
        for (long seed = 1; seed <= TREES; seed++) {
            seeds.add(seed);
        }
        return seeds;
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void everyTakeIsTheFilmOfItsRecipe(long seed) throws Exception {
        Random random = new Random(seed);
        Recipe recipe = new Recipe(
                "toy", Timeline.of(prompt(random)), "", 1 + random.nextInt(MOST_FRAMES), random.nextLong(), STEPS, 2);
        tree.add(await(films().create(Film.create("ann", recipe, fresh.plan()).endless(random.nextInt(4) == 0))));
        for (int i = 0; i < EVENTS; i++) {
            happen(random);
        }
        for (Film film : tree) {
            verify(film, "tree " + seed + ", film " + tree.indexOf(film) + ": " + String.join("; ", story));
        }
    }

    private static FilmMemory films() {
        return memory.films();
    }

    private static String prompt(Random random) {
        return PROMPTS.get(random.nextInt(PROMPTS.size()));
    }

    private void happen(Random random) throws Exception {
        int which = random.nextInt(tree.size());
        Film film = await(films().find(tree.get(which).id()));
        int event = random.nextInt(20);
        story.add(which + ":" + event);
        switch (event) {
            case 0 -> fork(film, random, random.nextInt(4) == 0);
            case 1 -> crash(film, random);
            case 2 -> steer(film, random);
            case 3 -> replan(film, random);
            case 4 -> extend(film, random);
            case 5 -> await(films().pause(film.id()));
            case 6 -> await(films().resume(film.id()));
            case 7 -> stopOrGoOn(film, random);
            case 8 -> await(films().trash(film.id(), Duration.ofHours(1)).compose(gone -> films().restore(film.id(), true)));
            case 9 -> comeTooLate(film);
            case 10, 11, 12 -> disturb(film, random);
            default -> make(film);
        }
    }

    private void make(Film film) throws Exception {
        Optional<ChunkTask> task = await(films().begin(film.id()));
        if (task.isPresent()) {
            await(films().commit(task.get(), work(task.get(), Integer.MAX_VALUE)));
        }
    }

    private CommittedChunk work(ChunkTask task, int dyingStep) throws Exception {
        int known = task.again() ? task.chunk() : task.chunk() - 1;
        Optional<Snapshot> snapshot =
                known < 0 ? Optional.empty() : await(films().snapshot(task.film().id(), known));
        return worker.make(task, snapshot, (step, steps, preview) -> {
            if (step == dyingStep) {
                throw new IllegalStateException("the worker dies");
            }
        }, new CancelToken());
    }

    /** A worker dies in the middle of a chunk, or after it but before it has said so. */
    private void crash(Film film, Random random) throws Exception {
        Optional<ChunkTask> task = await(films().begin(film.id()));
        if (task.isPresent()) {
            try {
                work(task.get(), 1 + random.nextInt(STEPS + 1));
            } catch (IllegalStateException dead) {
                assertThat(dead).hasMessage("the worker dies");
            }
        }
    }

    /** A worker that was taken for dead has made the same chunk as the one that took over. */
    private void comeTooLate(Film film) throws Exception {
        Optional<ChunkTask> slow = await(films().begin(film.id()));
        Optional<ChunkTask> next = await(films().begin(film.id()));
        if (slow.isPresent() && next.isPresent()) {
            CommittedChunk late = work(slow.get(), Integer.MAX_VALUE);
            await(films().commit(next.get(), work(next.get(), Integer.MAX_VALUE)));
            await(films().commit(slow.get(), late));
        }
    }

    /** Something else happens while a chunk is being made. */
    private void disturb(Film film, Random random) throws Exception {
        Optional<ChunkTask> task = await(films().begin(film.id()));
        if (task.isPresent()) {
            Film now = await(films().find(film.id()));
            switch (random.nextInt(8)) {
                case 0 -> await(films().pause(film.id()));
                case 1 -> await(films().stop(film.id()));
                case 2 -> extend(now, random);
                case 3 -> replan(now, random);
                case 4 -> fork(now, random, false);
                case 5 -> await(films().pause(film.id()).compose(paused -> films().resume(film.id())));
                case 6 -> extend(await(films().stop(film.id())), random);
                default -> steer(now, random);
            }
            await(films().commit(task.get(), work(task.get(), Integer.MAX_VALUE)));
        }
    }

    private void steer(Film film, Random random) throws Exception {
        int frame = random.nextBoolean() ? 0 : random.nextInt(MOST_FRAMES);
        await(films().changePrompt(film.id(), new PromptChange(frame, prompt(random), 1 + random.nextInt(3))));
    }

    private void replan(Film film, Random random) throws Exception {
        List<PromptChange> plan = new ArrayList<>();
        if (film.firstOpenFrame() == 0) {
            plan.add(new PromptChange(0, prompt(random)));
        }
        for (int frame = film.firstOpenFrame() + random.nextInt(9) + 1; frame < MOST_FRAMES; frame += 5 + random.nextInt(30)) {
            plan.add(new PromptChange(frame, prompt(random), 1 + random.nextInt(2)));
        }
        await(films().replan(film.id(), plan, Optional.of(film.recipe().timeline().version())));
    }

    private void extend(Film film, Random random) throws Exception {
        if (film.recipe().frames() < MOST_FRAMES) {
            await(films().extend(film.id(), new More(1 + random.nextInt(24), random.nextInt(5) == 0,
                    random.nextBoolean() ? Optional.of(prompt(random)) : Optional.empty(), seed(random))));
        }
    }

    private void stopOrGoOn(Film film, Random random) throws Exception {
        if (film.state().active()) {
            await(films().stop(film.id()));
        } else if (film.state() != FilmState.PAUSED) {
            extend(film, random);
        }
    }

    private void fork(Film film, Random random, boolean backwards) throws Exception {
        int borders = film.framesDone() == film.plan().firstFrame(film.chunksDone()) ? film.chunksDone() : film.chunksDone() - 1;
        int at = random.nextInt(4) == 0 ? film.framesDone() : film.plan().firstFrame(random.nextInt(Math.max(1, borders + 1)));
        boolean stays = backwards && at > 0;
        OptionalInt frames = stays ? OptionalInt.of(0)
                : at == 0 || random.nextBoolean() ? OptionalInt.of(1 + random.nextInt(30)) : OptionalInt.empty();
        Fork fork = new Fork(OptionalInt.of(at), frames,
                !stays && random.nextBoolean() ? Optional.of(prompt(random)) : Optional.empty(),
                1 + random.nextInt(3), seed(random));
        tree.add(await(films().fork(film.id(), fork.of(film, random.nextInt(8) == 0 ? "bob" : film.owner()))));
    }

    private static OptionalLong seed(Random random) {
        return random.nextBoolean() ? OptionalLong.of(random.nextInt(3)) : OptionalLong.empty();
    }

    private void verify(Film born, String what) throws Exception {
        Film film = await(films().find(born.id()));
        Optional<Snapshot> previous = Optional.empty();
        for (int chunk = 0; chunk < film.chunksDone(); chunk++) {
            GeneratedChunk again = generate(film.recipe(), chunk, previous);
            Snapshot kept = await(films().snapshot(film.id(), chunk)).orElseThrow();
            assertThat(kept.latents()).as("latents of chunk %d of %s", chunk, what)
                    .containsExactly(again.snapshot().latents());
            int shown = film.plan().shownFrames(chunk, film.framesDone());
            byte[] segment = encoder.encode(again.frames().slice(0, shown), film.plan().firstFrame(chunk)).media();
            assertThat(await(films().segment(film.id(), chunk))).as("pictures of chunk %d of %s", chunk, what)
                    .contains(Buffer.buffer(segment));
            previous = Optional.of(kept);
        }
        assertThat(film.chunksDone()).as(what).isEqualTo(
                film.framesDone() == 0 ? 0 : film.plan().chunksFor(film.framesDone()));
        if (film.state() == FilmState.FINISHED) {
            assertThat(film.framesDone()).as(what).isEqualTo(film.recipe().frames());
        }
    }

    private static GeneratedChunk generate(Recipe recipe, int chunk, Optional<Snapshot> previous)
            throws CancelledException {
        return fresh.generate(recipe, chunk, previous, (step, steps, preview) -> { }, new CancelToken());
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
}
