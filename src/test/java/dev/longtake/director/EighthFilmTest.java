package dev.longtake.director;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.longtake.film.CancelToken;
import dev.longtake.film.CancelledException;
import dev.longtake.film.ChunkPlan;
import dev.longtake.film.EnhancementPlan;
import dev.longtake.film.FrameRange;
import dev.longtake.film.Recipe;
import dev.longtake.film.Snapshot;
import dev.longtake.film.StartImage;
import dev.longtake.film.Timeline;
import dev.longtake.film.VideoFrames;
import dev.longtake.pack.Device;
import dev.longtake.pack.EighthPack;
import dev.longtake.pack.Formula;
import dev.longtake.pack.Golden;
import dev.longtake.pack.ModelPack;
import dev.longtake.pack.PackManifest.Enhancer.Size;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * StreamingT2V from end to end, at an eighth of its width: a clip from text, two chunks that go on from it, and a refined
 * window come out as PyTorch makes them, and all that a recipe says acts in each of these stages.
 */
class EighthFilmTest {

    private static final JsonNode CASES = Golden.cases(EighthPack.GOLDEN);
    private static final String PROMPT = CASES.get("first").get("prompt").asText();
    private static final String NEGATIVE = CASES.get("first").get("negativePrompt").asText();
    private static final int WINDOW = 24;
    private static final Recipe USUAL = recipe(NEGATIVE, 2, 7.5);
    private static ModelPack pack;
    private static Director director;
    /** What the usual recipe makes. */
    private static List<Snapshot> usual;
    private static byte[] usualRefined;

    @BeforeAll
    static void open() throws Exception {
        pack = ModelPack.open(EighthPack.folder(), Device.cpu());
        director = director(0);
        usual = chunks(director, USUAL, 2);
        usualRefined = refined(director, USUAL, usual).rgb();
    }

    @AfterAll
    static void close() {
        director.close();
    }

    /** @param salt another one gives other noise */
    private static Director director(int salt) {
        GivenNoise noise = (target, index, step, purpose) -> Formula.noise(target, index + salt, step, purpose);
        return new Director(pack, Conditioning.WHOLE, seed -> noise);
    }

    private static Recipe recipe(String negative, int steps, double guidance) {
        return new Recipe("streamingt2v-eighth", Timeline.of(PROMPT), negative, 32, 0, steps, guidance);
    }

    private static List<Snapshot> chunks(Director maker, Recipe recipe, int count) throws CancelledException {
        List<Snapshot> made = new ArrayList<>();
        Optional<Snapshot> previous = Optional.empty();
        for (int chunk = 0; chunk < count; chunk++) {
            previous = Optional.of(maker.generate(recipe, chunk, previous, (step, steps, preview) -> { },
                    new CancelToken()).snapshot());
            made.add(previous.get());
        }
        return made;
    }

    private static VideoFrames refined(Director maker, Recipe recipe, List<Snapshot> chunks) throws CancelledException {
        return maker.enhance(recipe, Refining.of(maker.manifest(), recipe, Blending.USUAL), new FrameRange(0, WINDOW),
                film(chunks, maker.plan()), true, (step, steps, preview) -> { }, new CancelToken());
    }

    @Test
    void makesTheFilmThatPyTorchMakes() throws Exception {
        Recipe recipe = recipe(NEGATIVE, CASES.get("chunks").get("steps").asInt(),
                CASES.get("chunks").get("guidance").asDouble());
        List<Snapshot> made = chunks(director, recipe, 3);
        assertSame("first", "latents", made.get(0).latents());
        assertSame("first", "last_frame", pack.first().orElseThrow().decoder().decode(made.get(0).latents(), 15, 16));
        for (int chunk = 1; chunk < 3; chunk++) {
            assertSame("chunks", "latents_" + chunk, made.get(chunk).latents());
            assertSame("chunks", "last_frame_" + chunk, pack.vaeDecoder().decode(made.get(chunk).latents(), 15, 16));
        }

        float[] last = lastRefined(recipe, made);
        assertSame("enhanced_film", "last_latents", last);
        assertSame("enhanced_film", "last_frame", cropped(last));
    }

    @Test
    void showsRefinedPicturesWithoutBars() throws Exception {
        byte[] painted = new byte[3 * 80 * 80];
        new Painter(80, 80).paint(cropped(lastRefined(USUAL, usual)), 0, painted, 0, 1);
        assertThat(usualRefined).hasSize(WINDOW * painted.length).endsWith(painted);
    }

    private static float[] lastRefined(Recipe recipe, List<Snapshot> chunks) throws CancelledException {
        return enhancer(recipe).refined(recipe, new FrameRange(0, WINDOW), film(chunks, director.plan()), true,
                (step, steps, preview) -> { }, new CancelToken()).get(WINDOW - 1);
    }

    /** What refined latents show, (3, 80, 80): the middle of 128x80. */
    private static float[] cropped(float[] latents) {
        float[] picture = new float[3 * 80 * 80];
        new Canvas(new Size(80, 80), new Size(128, 80)).crop(pack.enhancer().decoder().decode(latents, 0, 1), picture);
        return picture;
    }

    private static Enhancer enhancer(Recipe recipe) {
        GivenNoise noise = (target, index, step, purpose) -> Formula.noise(target, index, step, purpose);
        return new Enhancer(pack, new Prompter(pack), Projectors.of(pack), seed -> noise,
                Refining.of(pack.manifest(), recipe, Blending.USUAL));
    }

    /** Its first frames, as many as a window has. */
    private static List<float[]> film(List<Snapshot> chunks, ChunkPlan plan) {
        List<float[]> latents = new ArrayList<>();
        for (Snapshot chunk : chunks) {
            latents.addAll(chunk.newFrames(plan));
        }
        return latents.subList(0, WINDOW);
    }

    private static void assertSame(String golden, String what, float[] actual) {
        Golden.assertClose(CASES.get(golden), golden + " " + what, actual,
                Golden.tensor(EighthPack.GOLDEN, CASES.get(golden).get(what)));
    }

    static Stream<Recipe> others() {
        return Stream.of(recipe("", 2, 7.5), recipe(NEGATIVE, 3, 7.5), recipe(NEGATIVE, 2, 5), recipe(NEGATIVE, 2, 1));
    }

    @ParameterizedTest
    @MethodSource("others")
    void whatARecipeSaysActsInEveryStage(Recipe other) throws Exception {
        assertAllStagesDiffer(director, other);
    }

    @Test
    void theSeedActsInEveryStage() throws Exception {
        assertAllStagesDiffer(director(1), USUAL);
    }

    private static void assertAllStagesDiffer(Director maker, Recipe other) throws CancelledException {
        assertThat(chunks(maker, other, 1).get(0).latents()).as("first").isNotEqualTo(usual.get(0).latents());
        assertThat(maker.generate(other, 1, Optional.of(usual.get(0)), (step, steps, preview) -> { }, new CancelToken())
                .snapshot().latents()).as("second, from the same first").isNotEqualTo(usual.get(1).latents());
        assertThat(refined(maker, other, usual).rgb()).as("refined, the same film").isNotEqualTo(usualRefined);
    }

    @Test
    void stagesTakeAsManyStepsAsTheyUsuallyWouldInProportion() throws Exception {
        Recipe half = recipe(NEGATIVE, 25, 7.5);
        assertThat(director.manifest().enhancementPlan(half)).contains(new EnhancementPlan(24, 8, 15));
        List<Integer> steps = new ArrayList<>();
        CancelToken token = new CancelToken();
        assertThatThrownBy(() -> director.generate(half, 0, Optional.empty(), (step, of, preview) -> {
            steps.add(of);
            token.cancel();
        }, token)).isInstanceOf(CancelledException.class);
        assertThat(steps).containsExactly(25);
    }

    /** The networks of first chunks know only texts: those that go on from chunks go on from a picture, too. */
    @Test
    void beginsWithAPicture() throws Exception {
        byte[] rgb = new byte[64 * 64 * 3];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (i / 3 % 64 * 3 + i % 3 * 20);
        }
        StartImage image = new StartImage(new VideoFrames(1, 64, 64, rgb));
        Recipe recipe = recipe("", 1, 1).withImage(image.digest());
        director.check(recipe);
        Snapshot still = director.still(image);
        GeneratedChunk first = director.generate(
                recipe, 0, Optional.of(still), (step, steps, preview) -> { }, new CancelToken());
        int frame = still.anchor().length;
        assertThat(first.snapshot().anchor()).isEqualTo(still.anchor())
                .isEqualTo(Arrays.copyOf(first.snapshot().latents(), frame));
        assertThat(Arrays.copyOfRange(first.snapshot().latents(), frame, 2 * frame)).isNotEqualTo(still.anchor());
        assertThat(first.frames().slice(0, 1).rgb()).as("as the main autoencoder shows it")
                .isEqualTo(director.render(recipe, still).slice(0, 1).rgb());
        assertThat(chunks(director, recipe("", 1, 1), 1).get(0).latents()).isNotEqualTo(first.snapshot().latents());
    }
}
