package dev.longtake.director;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.longtake.film.CancelToken;
import dev.longtake.film.CancelledException;
import dev.longtake.film.EnhancementPlan;
import dev.longtake.film.FrameRange;
import dev.longtake.film.Mode;
import dev.longtake.film.PromptChange;
import dev.longtake.film.Recipe;
import dev.longtake.film.Timeline;
import dev.longtake.film.VideoFrames;
import dev.longtake.pack.Device;
import dev.longtake.pack.Golden;
import dev.longtake.pack.ModelPack;
import dev.longtake.pack.PackException;
import dev.longtake.pack.PackManifest;
import dev.longtake.pack.TestPacks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Films are refined as PyTorch does it, and the same whichever way they get there. */
class EnhancerTest {

    private static final PackManifest MANIFEST = PackManifest.read(TestPacks.STORYBOOK);
    private static final EnhancementPlan PLAN = MANIFEST.enhancer().orElseThrow().plan();
    private static final int FRAME = MANIFEST.latent().size();

    private static Recipe recipe(Timeline timeline, int frames) {
        return new Recipe(MANIFEST.name(), timeline, "", frames, 7, Mode.FAST, 6, 4);
    }

    private static Recipe recipe(int frames) {
        return recipe(Timeline.of("a red car drives through a snowy city at night")
                .with(new PromptChange(24, "a whale in the sea")), frames);
    }

    private static Director director() {
        return new Director(ModelPack.open(TestPacks.STORYBOOK, Device.cpu()));
    }

    /** Latents that go over into one another, as those of films do. */
    private static List<float[]> film(int frames) {
        Random random = new Random(5);
        float[] latents = new float[FRAME];
        List<float[]> film = new ArrayList<>();
        for (int frame = 0; frame < frames; frame++) {
            for (int i = 0; i < FRAME; i++) {
                latents[i] = (float) (0.9 * latents[i] + 0.4 * random.nextGaussian());
            }
            film.add(latents.clone());
        }
        return film;
    }

    private static Refining usual(Recipe recipe) {
        return Refining.of(MANIFEST, recipe, Blending.USUAL);
    }

    /** Refines what can be refined next. */
    private static VideoFrames next(Director director, Recipe recipe, List<float[]> film, int refined, boolean ended)
            throws CancelledException {
        FrameRange range = new FrameRange(refined, PLAN.next(refined, film.size(), ended));
        int last = PLAN.reachesForward(range.to(), film.size());
        return director.enhance(recipe, usual(recipe), range, film.subList(PLAN.reachesBack(refined), last),
                last == film.size() && ended,
                (step, steps, preview) -> assertThat(step).isBetween(1, steps), new CancelToken());
    }

    private static byte[] allOf(Director director, Recipe recipe, List<float[]> film) throws CancelledException {
        byte[] pixels = {};
        for (int refined = 0; refined < film.size();) {
            VideoFrames frames = next(director, recipe, film, refined, true);
            pixels = Arrays.copyOf(pixels, pixels.length + frames.rgb().length);
            System.arraycopy(frames.rgb(), 0, pixels, pixels.length - frames.rgb().length, frames.rgb().length);
            refined += frames.count();
        }
        return pixels;
    }

    @Test
    void refinesAsPyTorchDoes() throws Exception {
        JsonNode golden = Golden.cases().get("enhanced");
        float[] noise = Golden.tensor(golden.get("noise"));
        GivenNoise given = (target, frame, step, purpose) ->
                System.arraycopy(noise, frame * target.length, target, 0, target.length);
        float[] latents = Golden.tensor(golden.get("latents"));
        List<float[]> film = new ArrayList<>();
        for (int frame = 0; frame < PLAN.window(); frame++) {
            film.add(Arrays.copyOfRange(latents, frame * FRAME, (frame + 1) * FRAME));
        }
        ModelPack pack = ModelPack.open(TestPacks.STORYBOOK, Device.cpu());
        try (Director director = new Director(pack, Conditioning.WHOLE, seed -> given)) {
            Recipe recipe = recipe(Timeline.of(golden.get("prompt").asText()), PLAN.window());
            List<Integer> passes = new ArrayList<>();
            VideoFrames refined = director.enhance(recipe, usual(recipe), new FrameRange(0, PLAN.window()), film, true,
                    (step, steps, preview) -> passes.add(10 * steps + step), new CancelToken());
            assertThat(passes).containsExactly(21, 22);
            assertThat(refined.count()).isEqualTo(PLAN.window());
            int size = refined.rgb().length / refined.count();
            float[] expected = Golden.tensor(golden.get("last_frame"));
            float[] painted = new float[expected.length];
            int plane = size / 3;
            for (int i = 0; i < size; i++) {
                int value = refined.rgb()[(refined.count() - 1) * size + i] & 0xff;
                painted[i % 3 * plane + i / 3] = value / 127.5f - 1;
            }
            Golden.assertClose(golden, "last frame", painted, expected);
        }
    }

    @Test
    void aFilmIsTheSameHoweverItIsCutAndWhoeverGoesOn() throws Exception {
        List<float[]> film = film(75);
        Recipe recipe = recipe(75);
        try (Director one = director(); Director other = director()) {
            byte[] whole = one.enhance(recipe, usual(recipe), new FrameRange(0, 75), film, true,
                    (step, steps, preview) -> { }, new CancelToken()).rgb();
            assertThat(allOf(one, recipe, film)).isEqualTo(whole);
            // Nobody remembers what was open: two take turns, and each has made something else in between.
            byte[] pixels = new byte[whole.length];
            int size = whole.length / film.size();
            Director turn = other;
            for (int refined = 0; refined < film.size();) {
                VideoFrames frames = next(turn, recipe, film, refined, true);
                System.arraycopy(frames.rgb(), 0, pixels, refined * size, frames.rgb().length);
                refined += frames.count();
                turn = turn == one ? other : one;
            }
            assertThat(pixels).isEqualTo(whole);
        }
    }

    @Test
    void whatIsSettledStaysWhenAFilmGoesOn() throws Exception {
        List<float[]> longer = film(66);
        List<float[]> shorter = longer.subList(0, 45);
        Recipe recipe = recipe(66);
        try (Director director = director()) {
            byte[] whole = allOf(director, recipe, longer);
            byte[] before = allOf(director, recipe.withFrames(45), shorter);
            int size = whole.length / longer.size();
            int settled = PLAN.settled(shorter.size()) * size;
            assertThat(settled).isPositive();
            assertThat(Arrays.copyOf(before, settled)).isEqualTo(Arrays.copyOf(whole, settled));
            assertThat(Arrays.copyOf(before, before.length)).isNotEqualTo(Arrays.copyOf(whole, before.length));
        }
    }

    @Test
    void cancelledItBreaksOffAndCanBeDoneAgain() throws Exception {
        List<float[]> film = film(30);
        Recipe recipe = recipe(30);
        FrameRange all = new FrameRange(0, 30);
        try (Director director = director()) {
            CancelToken token = new CancelToken();
            assertThatThrownBy(() -> director.enhance(recipe, usual(recipe), all, film, true,
                    (step, steps, preview) -> token.cancel(), token)).isInstanceOf(CancelledException.class);
            byte[] again = director.enhance(recipe, usual(recipe), all, film, true,
                    (step, steps, preview) -> { }, new CancelToken()).rgb();
            try (Director fresh = director()) {
                assertThat(again).isEqualTo(allOf(fresh, recipe, film));
            }
        }
    }

    @Test
    void saysWhenItCannot() {
        try (Director director = director()) {
            assertThatThrownBy(() -> director.enhance(recipe(40), usual(recipe(40)), new FrameRange(0, 16), film(30), false,
                    (step, steps, preview) -> { }, new CancelToken()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("Frames 0 to 16 can't be refined with those up to 30");
        }
        try (Director director = new Director(ModelPack.open(TestPacks.TOY, Device.cpu()))) {
            assertThatThrownBy(() -> director.enhance(recipe(40), usual(recipe(40)), new FrameRange(0, 16), film(40), true,
                    (step, steps, preview) -> { }, new CancelToken()))
                    .isInstanceOf(PackException.class).hasMessageContaining("has no enhancer");
        }
    }
}
