package dev.longtake.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longtake.director.Director;
import dev.longtake.director.GeneratedChunk;
import dev.longtake.film.CancelToken;
import dev.longtake.film.CancelledException;
import dev.longtake.film.Enhancement;
import dev.longtake.film.EnhancementPlan;
import dev.longtake.film.Film;
import dev.longtake.film.FilmState;
import dev.longtake.film.Fork;
import dev.longtake.film.FrameRange;
import dev.longtake.film.More;
import dev.longtake.film.PromptChange;
import dev.longtake.film.Recipe;
import dev.longtake.film.Snapshot;
import dev.longtake.film.StepListener;
import dev.longtake.film.Timeline;
import dev.longtake.film.VideoFrames;
import dev.longtake.media.ChunkEncoder;
import dev.longtake.media.VideoFormat;
import dev.longtake.memory.ChunkTask;
import dev.longtake.memory.CommittedChunk;
import dev.longtake.memory.CommittedEnhancement;
import dev.longtake.memory.EmbeddedRedis;
import dev.longtake.memory.EnhancementTask;
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
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever people and accidents do to a tree of takes, in whatever order: each film's latents and pictures, refined ones
 * too, are those of a fresh run of its recipe, and what there is to do is done in the end. What happens is drawn from a seed; {@code -Dtrees=1000} tries more of them.
 */
class TreeOfTakesTest {

    private static final int TREES = Integer.getInteger("trees", 12);
    private static final int EVENTS = 60;
    private static final int MOST_FRAMES = 64;
    private static final int STEPS = 3;
    private static final List<EnhancementPlan> WINDOWS =
            List.of(new EnhancementPlan(24, 8, 2), new EnhancementPlan(24, 8, 1), new EnhancementPlan(32, 8, 3));
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
    private static ChunkMaker maker;
    private static ChunkWork worker;
    private static EnhanceWork refiner;

    private final ChunkEncoder encoder = new ChunkEncoder(FORMAT);
    private final List<String> story = new ArrayList<>();
    private final List<Film> tree = new ArrayList<>();
    private EnhancementPlan windows;

    @BeforeAll
    static void open() throws Exception {
        server = EmbeddedRedis.open(directory);
        vertx = Vertx.vertx();
        memory = await(Memory.open(vertx, server.url()));
        fresh = new Director(ModelPack.open(TestPacks.TOY, Device.parse("cpu")));
        director = new Director(ModelPack.open(TestPacks.TOY, Device.parse("cpu")));
        maker = new Hashing(new DirectedChunks(director));
        worker = new ChunkWork(maker, FORMAT);
        refiner = new EnhanceWork(maker, FORMAT.fps());
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
        windows = WINDOWS.get(random.nextInt(WINDOWS.size()));
        Film film = Film.create("ann", recipe, fresh.plan()).endless(random.nextInt(4) == 0);
        tree.add(await(films().create(random.nextInt(3) == 0
                ? film
                : film.enhanced(Optional.of(Enhancement.begun(windows))))));
        for (int i = 0; i < EVENTS; i++) {
            happen(random);
        }
        verifyAll(seed);
        workOff(random);
        verifyAll(seed);
    }

    private void verifyAll(long seed) throws Exception {
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
        int event = random.nextInt(32);
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
            case 13 -> await(films().enhance(film.id(), windows));
            case 14 -> refuseToRefine(film, random);
            case 15 -> refineTooLate(film);
            case 16, 17, 18, 19 -> disturbRefining(film, random);
            case 20, 21, 22, 23 -> refine(film);
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
        return worker.make(task, new ChunkWork.Known(snapshot, Optional.empty()), (step, steps, preview) -> {
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

    private void refine(Film film) throws Exception {
        Optional<EnhancementTask> task = await(memory.enhancements().begin(film.id()));
        if (task.isPresent()) {
            await(memory.enhancements().commit(task.get(), refined(task.get())));
        }
    }

    private CommittedEnhancement refined(EnhancementTask task) throws Exception {
        List<Snapshot> snapshots = new ArrayList<>();
        int end = task.film().plan().firstChunkFrom(task.reach().to());
        for (int chunk = task.film().plan().firstChunkFrom(task.reach().from()); chunk < end; chunk++) {
            snapshots.add(await(films().snapshot(task.film().id(), chunk)).orElseThrow());
        }
        return refiner.refine(task, snapshots, (step, steps, preview) -> { }, new CancelToken());
    }

    /** The enhancer fails, or somebody does not want refined pictures any longer. */
    private void refuseToRefine(Film film, Random random) throws Exception {
        Optional<EnhancementTask> task = await(memory.enhancements().begin(film.id()));
        if (random.nextInt(4) == 0) {
            await(films().unenhance(film.id()));
        } else if (task.isPresent()) {
            await(memory.enhancements().fail(task.get(), "the enhancer fails"));
        }
    }

    /** A worker that was taken for dead has refined the same frames as the one that took over. */
    private void refineTooLate(Film film) throws Exception {
        Optional<EnhancementTask> slow = await(memory.enhancements().begin(film.id()));
        Optional<EnhancementTask> next = await(memory.enhancements().begin(film.id()));
        if (slow.isPresent() && next.isPresent()) {
            CommittedEnhancement late = refined(slow.get());
            await(memory.enhancements().commit(next.get(), refined(next.get())));
            await(memory.enhancements().commit(slow.get(), late));
        }
    }

    /** Something else happens while frames are being refined. */
    private void disturbRefining(Film film, Random random) throws Exception {
        Optional<EnhancementTask> task = await(memory.enhancements().begin(film.id()));
        if (task.isPresent()) {
            CommittedEnhancement early = refined(task.get());
            Film now = await(films().find(film.id()));
            switch (random.nextInt(9)) {
                case 0 -> await(films().pause(film.id()));
                case 1 -> await(films().stop(film.id()));
                case 2 -> make(now);
                case 3 -> replan(now, random);
                case 4 -> fork(now, random, random.nextBoolean());
                case 5 -> await(films().unenhance(film.id()).compose(off -> films().enhance(film.id(), windows)));
                case 6 -> goOn(await(films().stop(film.id())), random);
                case 7 -> goOn(now, random);
                default -> steer(now, random);
            }
            await(memory.enhancements().commit(task.get(), random.nextBoolean() ? early : refined(task.get())));
        }
    }

    /** An end that frames are refined up to is one no more. */
    private void goOn(Film film, Random random) throws Exception {
        extend(film, random);
        make(film);
        if (random.nextBoolean()) {
            make(film);
        }
    }

    /** Two workers do what there is to do, as the queue says: one may refine what the other makes. */
    private void workOff(Random random) throws Exception {
        for (Film born : tree) {
            Film film = await(films().find(born.id()));
            if (film.endless()) {
                await(films().stop(film.id()));
            } else if (film.state() == FilmState.PAUSED && random.nextBoolean()) {
                await(films().resume(film.id()));
            }
        }
        List<String> workers = new ArrayList<>();
        for (String name : List.of("one", "other")) {
            workers.add(await(vertx.deployVerticle(new WorkerVerticle(memory, name, maker, FORMAT))));
        }
        for (Film film : tree) {
            Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> isDone(await(films().find(film.id()))));
        }
        for (String worker : workers) {
            await(vertx.undeploy(worker));
        }
    }

    private static boolean isDone(Film film) {
        return film.state() == FilmState.PAUSED
                || !film.state().active() && (film.framesDone() == 0 || film.isWhollyEnhanced()
                        || film.enhancement().filter(on -> on.error().isEmpty()).isEmpty());
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
        if (film.enhancement().isPresent()) {
            RefinedFilm.verify(films(), film, what);
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

    /** A director whose refinement tells what it was made from. It is lent to several workers, who can't close it. */
    private record Hashing(ChunkMaker director) implements ChunkMaker {

        @Override
        public GeneratedChunk generate(Recipe recipe, int chunk, Optional<Snapshot> previous, StepListener listener,
                CancelToken token) throws CancelledException {
            synchronized (director) {
                return director.generate(recipe, chunk, previous, listener, token);
            }
        }

        @Override
        public Snapshot still(byte[] png) {
            synchronized (director) {
                return director.still(png);
            }
        }

        @Override
        public VideoFrames render(Recipe recipe, Snapshot snapshot) {
            synchronized (director) {
                return director.render(recipe, snapshot);
            }
        }

        @Override
        public VideoFrames enhance(Recipe recipe, EnhancementPlan plan, FrameRange range, List<float[]> latents,
                boolean ended, StepListener listener, CancelToken token) {
            return HashedRefinement.refine(recipe, fresh.plan(), plan, range, latents, ended);
        }

        @Override
        public void close() {
            // Its owner does.
        }
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
}
