package dev.longtake.director;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.longtake.film.CancelToken;
import dev.longtake.film.CancelledException;
import dev.longtake.film.InvalidFieldException;
import dev.longtake.film.Mode;
import dev.longtake.film.PromptChange;
import dev.longtake.film.Recipe;
import dev.longtake.film.SeedChange;
import dev.longtake.film.Snapshot;
import dev.longtake.film.StepListener;
import dev.longtake.film.Timeline;
import dev.longtake.film.VideoFrames;
import dev.longtake.pack.Device;
import dev.longtake.pack.ModelPack;
import dev.longtake.pack.TestPacks;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DirectorTest {

    private static final StepListener DEAF = (step, steps, preview) -> { };
    private static final Recipe RECIPE =
            new Recipe("toy", Timeline.of("a red car").with(new PromptChange(24, "a blue car", 2)), "", 48, 33, 4, 3);
    private static final Recipe FAST =
            new Recipe("toy", RECIPE.timeline(), "", 48, 33, Mode.FAST, 5, 4);
    private static Director director;

    @BeforeAll
    static void open() {
        director = new Director(ModelPack.open(TestPacks.TOY, Device.cpu()));
    }

    @AfterAll
    static void close() {
        director.close();
    }

    static Stream<Recipe> modes() {
        return Stream.of(RECIPE, FAST);
    }

    @ParameterizedTest
    @MethodSource("modes")
    void makesTheSameFilmTwice(Recipe recipe) throws Exception {
        assertThat(film(director, recipe)).usingRecursiveComparison().isEqualTo(film(director, recipe));
    }

    @ParameterizedTest
    @MethodSource("modes")
    void goesOnFromAnySnapshotInAnotherDirector(Recipe recipe) throws Exception {
        List<Snapshot> whole = film(director, recipe);
        for (int chunk = 1; chunk < whole.size(); chunk++) {
            try (Director other = new Director(ModelPack.open(TestPacks.TOY, Device.cpu()))) {
                Snapshot resumed = make(other, recipe, chunk, Optional.of(whole.get(chunk - 1))).snapshot();
                assertThat(resumed.latents()).isEqualTo(whole.get(chunk).latents());
            }
        }
    }

    @Test
    void dissolvesFromTheLastFramesIntoWhatAnotherPromptMakes(@TempDir Path folder) throws Exception {
        List<Snapshot> plain = film(director, RECIPE);
        Conditioning withoutCam = new Conditioning(false, true);
        try (Director dissolving = new Director(ModelPack.open(TestPacks.dissolvingToy(folder), Device.cpu()));
                Director forgetful = new Director(ModelPack.open(TestPacks.TOY, Device.cpu()), withoutCam)) {
            float[] same = make(dissolving, RECIPE, 1, Optional.of(plain.get(0))).snapshot().latents();
            assertThat(same).as("no other prompt").isEqualTo(plain.get(1).latents());
            float[] before = plain.get(1).latents();
            float[] cut = make(forgetful, RECIPE, 2, Optional.of(plain.get(1))).snapshot().latents();
            float[] dissolved = make(dissolving, RECIPE, 2, Optional.of(plain.get(1))).snapshot().latents();
            int frame = cut.length / 16;
            for (int i = 8 * frame; i < cut.length; i++) {
                float share = (i / frame - 7) / 8f;
                assertThat(dissolved[i]).as("number %d", i)
                        .isCloseTo((1 - share) * before[i] + share * cut[i], within(1e-4f));
            }
            assertThat(dissolved).isNotEqualTo(cut);
        }
    }

    @Test
    void isNotDisturbedByOtherFilms() throws Exception {
        List<Snapshot> undisturbed = film(director, RECIPE);
        Recipe other = new Recipe("toy", Timeline.of("a fish"), "dull", 48, 5, 3, 1);
        Snapshot mine = make(director, RECIPE, 0, Optional.empty()).snapshot();
        Snapshot theirs = make(director, other, 0, Optional.empty()).snapshot();
        mine = make(director, RECIPE, 1, Optional.of(mine)).snapshot();
        make(director, other, 1, Optional.of(theirs));
        film(director, FAST.withFrames(20));
        mine = make(director, RECIPE, 2, Optional.of(mine)).snapshot();
        assertThat(mine.latents()).isEqualTo(undisturbed.get(2).latents());
    }

    @Test
    void showsAllOfTheFirstChunkAndTheNewHalfOfLaterOnes() throws Exception {
        GeneratedChunk first = make(director, RECIPE, 0, Optional.empty());
        assertThat(first.frames().count()).isEqualTo(16);
        GeneratedChunk second = make(director, RECIPE, 1, Optional.of(first.snapshot()));
        assertThat(second.frames().count()).isEqualTo(8);
        assertThat(second.snapshot().anchor()).isEqualTo(first.snapshot().anchor());
        assertThat(second.stats().networkSeconds()).isPositive().isLessThan(second.stats().seconds());
    }

    @Test
    void rendersTheSamePicturesAgain() throws Exception {
        GeneratedChunk first = make(director, RECIPE, 0, Optional.empty());
        GeneratedChunk second = make(director, RECIPE, 1, Optional.of(first.snapshot()));
        for (GeneratedChunk chunk : List.of(first, second)) {
            assertThat(director.render(RECIPE, chunk.snapshot())).usingRecursiveComparison().isEqualTo(chunk.frames());
        }
    }

    @Test
    void everythingInTheRecipeMatters() throws Exception {
        float[] film = film(director, RECIPE).get(3).latents();
        Timeline switched = Timeline.of("a red car").with(new PromptChange(24, "a blue car"));
        for (Recipe other : List.of(
                new Recipe("toy", RECIPE.timeline(), "", 48, 34, 4, 3),
                new Recipe("toy", RECIPE.timeline(), "", 48, 33, 5, 3),
                new Recipe("toy", RECIPE.timeline(), "", 48, 33, 4, 1),
                new Recipe("toy", RECIPE.timeline(), "rain", 48, 33, 4, 3),
                new Recipe("toy", RECIPE.timeline(), "", 48, 33, Mode.FAST, 4, 4),
                FAST,
                new Recipe("toy", Timeline.of("a red car"), "", 48, 33, 4, 3))) {
            assertThat(film(director, other).get(3).latents()).isNotEqualTo(film);
        }
        assertThat(film(director, RECIPE.withTimeline(switched)).get(2).latents())
                .isNotEqualTo(film(director, RECIPE).get(2).latents());
        assertThat(film(director, RECIPE.withFrames(47)).get(3).latents()).isEqualTo(film);
    }

    @Test
    void aLaterSeedActsFromItsChunkOn() throws Exception {
        List<Snapshot> film = film(director, RECIPE);
        List<Snapshot> reseeded = film(director, RECIPE.withSeeds(List.of(new SeedChange(24, 34))));
        for (int chunk = 0; chunk < 4; chunk++) {
            boolean same = Arrays.equals(reseeded.get(chunk).latents(), film.get(chunk).latents());
            assertThat(same).as("chunk %d", chunk).isEqualTo(chunk < 2);
        }
        List<Snapshot> sameSeed = film(director, RECIPE.withSeeds(List.of(new SeedChange(24, RECIPE.seed()))));
        assertThat(sameSeed.get(3).latents()).isEqualTo(film.get(3).latents());
    }

    @Test
    void conditionsLaterChunksOnWhatItIsToldTo() throws Exception {
        List<Snapshot> whole = film(director, RECIPE);
        assertThat(ablated(new Conditioning(true, true))).usingRecursiveComparison().isEqualTo(whole);
        List<Snapshot> withoutCam = ablated(new Conditioning(false, true));
        List<Snapshot> withoutApm = ablated(new Conditioning(true, false));
        List<Snapshot> withoutBoth = ablated(new Conditioning(false, false));
        for (List<Snapshot> film : List.of(withoutCam, withoutApm, withoutBoth)) {
            assertThat(film.get(0).latents()).as("nothing comes before a first chunk").isEqualTo(whole.get(0).latents());
        }
        assertThat(List.of(whole, withoutCam, withoutApm, withoutBoth).stream()
                .map(film -> FloatBuffer.wrap(film.get(1).latents()))).doesNotHaveDuplicates();
    }

    @Test
    void tellsOfEveryStepAndShowsPreviews() throws Exception {
        List<Integer> heard = new ArrayList<>();
        List<VideoFrames> previews = new ArrayList<>();
        director.generate(RECIPE, 0, Optional.empty(), (step, steps, preview) -> {
            assertThat(steps).isEqualTo(4);
            heard.add(step);
            previews.add(preview.get());
        }, new CancelToken());
        assertThat(heard).containsExactly(1, 2, 3, 4);
        assertThat(previews).allMatch(frames -> frames.count() == 1 && frames.width() == 64);
        assertThat(previews.get(0).rgb()).isNotEqualTo(previews.get(3).rgb());
    }

    @Test
    void stopsWhenCancelled() throws Exception {
        List<Snapshot> undisturbed = film(director, RECIPE);
        CancelToken token = new CancelToken();
        List<Integer> heard = new ArrayList<>();
        StepListener canceller = (step, steps, preview) -> {
            heard.add(step);
            token.cancel();
        };
        assertThatThrownBy(() -> director.generate(RECIPE, 0, Optional.empty(), canceller, token))
                .isInstanceOf(CancelledException.class);
        assertThat(heard).containsExactly(1);
        assertThat(film(director, RECIPE).get(0).latents()).isEqualTo(undisturbed.get(0).latents());
    }

    @Test
    void refusesWhatItCantMake() {
        Timeline timeline = RECIPE.timeline();
        Timeline tooLong = timeline.with(new PromptChange(30, "word ".repeat(60)));
        assertThatThrownBy(() -> director.check(new Recipe("other", timeline, "", 8, 1, 4, 1)))
                .isInstanceOf(InvalidFieldException.class).hasMessage("pack must be \"toy\", but was \"other\"");
        assertThatThrownBy(() -> director.check(RECIPE.withTimeline(tooLong)))
                .isInstanceOf(InvalidFieldException.class).hasMessageStartingWith("prompt must be at most 46 tokens");
        assertThatThrownBy(() -> director.check(new Recipe("toy", timeline, "no ".repeat(60), 8, 1, 4, 1)))
                .isInstanceOf(InvalidFieldException.class).hasMessageStartingWith("negativePrompt");
        director.check(RECIPE);
    }

    @Test
    void refusesWhatTheFastModeHasNotLearnt() {
        Timeline timeline = RECIPE.timeline();
        assertThatThrownBy(() -> director.check(new Recipe("toy", timeline, "", 8, 1, Mode.FAST, 9, 4)))
                .isInstanceOf(InvalidFieldException.class)
                .hasMessage("steps must be 3 to 8 in fast mode (any number only in careful mode), but was 9");
        assertThatThrownBy(() -> director.check(new Recipe("toy", timeline, "", 8, 1, Mode.FAST, 4, 3)))
                .isInstanceOf(InvalidFieldException.class)
                .hasMessage("guidance must be 4.0 in fast mode (another one only in careful mode), but was 3.0");
        assertThatThrownBy(() -> new Recipe("toy", timeline, "rain", 8, 1, Mode.FAST, 4, 4))
                .isInstanceOf(InvalidFieldException.class)
                .hasMessage("negativePrompt must be empty in fast mode (it acts only in careful mode), but was \"rain\"");
        director.check(FAST);
    }

    @Test
    void refusesTheWrongSnapshot() throws Exception {
        Snapshot first = make(director, RECIPE, 0, Optional.empty()).snapshot();
        assertThatThrownBy(() -> make(director, RECIPE, 1, Optional.empty()))
                .hasMessage("Chunk 1 can't follow no snapshot");
        assertThatThrownBy(() -> make(director, RECIPE, 2, Optional.of(first)))
                .hasMessage("Chunk 2 can't follow the snapshot of chunk 0");
        assertThatThrownBy(() -> make(director, RECIPE, 1, Optional.of(new Snapshot(0, new float[5], new float[2]))))
                .hasMessageContaining("was not made by pack toy");
    }

    private static List<Snapshot> ablated(Conditioning conditioning) throws CancelledException {
        try (Director other = new Director(ModelPack.open(TestPacks.TOY, Device.cpu()), conditioning)) {
            return film(other, RECIPE);
        }
    }

    private static List<Snapshot> film(Director director, Recipe recipe) throws CancelledException {
        List<Snapshot> snapshots = new ArrayList<>();
        Optional<Snapshot> previous = Optional.empty();
        for (int chunk = 0; chunk < director.plan().chunksFor(recipe.frames()); chunk++) {
            Snapshot next = make(director, recipe, chunk, previous).snapshot();
            snapshots.add(next);
            previous = Optional.of(next);
        }
        return snapshots;
    }

    private static GeneratedChunk make(Director director, Recipe recipe, int chunk, Optional<Snapshot> previous)
            throws CancelledException {
        return director.generate(recipe, chunk, previous, DEAF, new CancelToken());
    }
}
