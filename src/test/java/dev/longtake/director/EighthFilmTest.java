package dev.longtake.director;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.longtake.film.CancelToken;
import dev.longtake.film.CancelledException;
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
        List<float[]> latents = new ArrayList<>();
        for (Snapshot chunk : chunks) {
            latents.addAll(chunk.newFrames(maker.plan()));
        }
        return maker.enhance(recipe, Refining.of(maker.manifest(), recipe, Blending.USUAL), new FrameRange(0, WINDOW),
                latents.subList(0, WINDOW), true, (step, steps, preview) -> { }, new CancelToken());
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

        VideoFrames refined = refined(director, recipe, made);
        assertThat(refined.width()).as("no black bars").isEqualTo(80);
        assertThat(refined.height()).isEqualTo(80);
        int size = 3 * refined.width() * refined.height();
        float[] last = new float[size];
        for (int i = 0; i < size; i++) {
            int value = refined.rgb()[(WINDOW - 1) * size + i] & 0xff;
            last[i % 3 * (size / 3) + i / 3] = value / 127.5f - 1;
        }
        // Pictures have 8 bits: half a level is 4e-3.
        float[] expected = Golden.tensor(EighthPack.GOLDEN, CASES.get("enhanced_film").get("last_frame"));
        for (int i = 0; i < size; i++) {
            assertThat(last[i]).as("number " + i).isCloseTo(expected[i], within(6e-3f));
        }
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
