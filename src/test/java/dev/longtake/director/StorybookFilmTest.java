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
import dev.longtake.film.Snapshot;
import dev.longtake.film.StartImage;
import dev.longtake.film.Timeline;
import dev.longtake.film.VideoFrames;
import dev.longtake.pack.Device;
import dev.longtake.pack.ModelPack;
import dev.longtake.pack.PackManifest;
import dev.longtake.pack.TestPacks;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The promise that a film is made again bit for bit, kept by the pack that ships. */
class StorybookFilmTest {

    private static final Timeline TIMELINE =
            Timeline.of("a red car drives through a snowy city").with(new PromptChange(16, "the sun rises", 2));

    static Stream<Recipe> modes() {
        PackManifest manifest = PackManifest.read(TestPacks.STORYBOOK);
        Recipe careful = recipe(manifest, Mode.CAREFUL, 2, 4);
        return manifest.diffusion().fast()
                .map(fast -> recipe(manifest, Mode.FAST, fast.leastSteps(), fast.guidanceScale()))
                .map(fast -> Stream.of(careful, fast))
                .orElse(Stream.of(careful));
    }

    @ParameterizedTest
    @MethodSource("modes")
    void goesOnFromEverySnapshotWithTheSameBits(Recipe recipe) throws Exception {
        List<GeneratedChunk> whole = new ArrayList<>();
        try (Director director = open(Device.cpu())) {
            director.film(recipe, (step, steps, preview) -> { }, whole::add, new CancelToken());
        }
        assertThat(whole).hasSize(4);
        for (int chunk = 0; chunk < whole.size(); chunk++) {
            // Another director with another number of threads, as after a restart on another machine.
            try (Director other = open(Device.cpu().withThreads(1 + 2 * (chunk % 2)))) {
                Optional<Snapshot> previous = chunk == 0
                        ? Optional.empty()
                        : Optional.of(whole.get(chunk - 1).snapshot());
                GeneratedChunk again = other.generate(
                        recipe, chunk, previous, (step, steps, preview) -> { }, new CancelToken());
                assertThat(again.snapshot().latents()).isEqualTo(whole.get(chunk).snapshot().latents());
                assertThat(again.snapshot().anchor()).isEqualTo(whole.get(chunk).snapshot().anchor());
                assertThat(again.frames().rgb()).isEqualTo(whole.get(chunk).frames().rgb());
                assertThat(other.render(recipe, again.snapshot()).rgb()).isEqualTo(again.frames().rgb());
            }
        }
    }

    @Test
    void stopsInTheMiddleOfAStep() throws Exception {
        try (Director director = open(Device.cpu())) {
            CancelToken token = new CancelToken();
            CountDownLatch running = new CountDownLatch(1);
            List<Integer> heard = new ArrayList<>();
            Thread canceller = new Thread(() -> {
                awaitUninterruptibly(running);
                token.cancel();
            });
            canceller.start();
            Recipe longRecipe = new Recipe(director.manifest().name(), TIMELINE, "", 40, 33, 200, 4);
            assertThatThrownBy(() -> director.generate(longRecipe, 0, Optional.empty(), (step, steps, preview) -> {
                heard.add(step);
                running.countDown();
            }, token)).isInstanceOf(CancelledException.class);
            canceller.join();
            assertThat(heard.size()).isLessThan(10);
            // The networks can be used again.
            GeneratedChunk next = director.generate(
                    recipe(director.manifest(), Mode.CAREFUL, 2, 4), 0, Optional.empty(), (step, steps, preview) -> { }, new CancelToken());
            assertThat(next.frames().count()).isEqualTo(16);
        }
    }

    @Test
    void beginsWithItsPicture() throws Exception {
        StartImage red = picture(0xE02020);
        Recipe recipe = fast(red);
        List<GeneratedChunk> film = new ArrayList<>();
        VideoFrames seen;
        Snapshot still;
        try (Director director = open(Device.cpu())) {
            still = director.still(red);
            director.film(recipe, Optional.of(red), (step, steps, preview) -> { }, film::add, new CancelToken());
            seen = director.render(recipe, still).slice(0, 1);
        }
        VideoFrames first = film.get(0).frames();
        assertThat(first.count()).isEqualTo(16);
        assertThat(psnr(first.slice(0, 1), red.pixels())).as("as good as the autoencoder").isGreaterThan(23)
                .isCloseTo(psnr(seen, red.pixels()), within(0.1));
        assertThat(psnr(first.slice(0, 1), seen)).isGreaterThan(45);
        assertThat(psnr(first.slice(2, 3), first.slice(0, 1))).as("it moves at once").isLessThan(30);
        assertThat(film).allSatisfy(
                chunk -> assertThat(chunk.snapshot().anchor()).as("for good").isEqualTo(still.anchor()));

        // The same on other threads; goes on from its snapshots; another picture, another film.
        try (Director other = open(Device.cpu().withThreads(1))) {
            List<Integer> steps = new ArrayList<>();
            GeneratedChunk again = other.generate(recipe, 0, Optional.of(other.still(picture(0xE02020))),
                    (step, all, preview) -> steps.add(all * 100 + step), new CancelToken());
            assertThat(again.snapshot().latents()).isEqualTo(film.get(0).snapshot().latents());
            assertThat(again.frames().rgb()).isEqualTo(first.rgb());
            assertThat(steps).as("steps of both windows").containsExactly(801, 802, 803, 804, 805, 806, 807, 808);
            GeneratedChunk next = other.generate(recipe, 1, Optional.of(again.snapshot()),
                    (step, all, preview) -> { }, new CancelToken());
            assertThat(next.frames().rgb()).isEqualTo(film.get(1).frames().rgb());
            StartImage blue = picture(0x2020E0);
            GeneratedChunk another = other.generate(fast(blue), 0, Optional.of(other.still(blue)),
                    (step, all, preview) -> { }, new CancelToken());
            assertThat(psnr(another.frames().slice(0, 1), blue.pixels())).isGreaterThan(23);
            assertThat(psnr(another.frames().slice(0, 1), first.slice(0, 1))).isLessThan(20);
        }
    }

    @Test
    void needsThePictureThatTheRecipeSays() {
        try (Director director = open(Device.cpu())) {
            StartImage red = picture(0xE02020);
            Recipe without = recipe(director.manifest(), Mode.CAREFUL, 2, 4);
            assertThatThrownBy(() -> director.generate(
                    fast(red), 0, Optional.empty(), (step, steps, preview) -> { }, new CancelToken()))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("a picture to begin with");
            assertThatThrownBy(() -> director.generate(without, 0, Optional.of(director.still(red)),
                    (step, steps, preview) -> { }, new CancelToken()))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("no picture to begin with");
            StartImage small = new StartImage(new VideoFrames(1, 32, 64, new byte[32 * 64 * 3]));
            assertThatThrownBy(() -> director.still(small)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("64x64 is needed, not 1 of 64x32");
        }
        try (Director toy = new Director(ModelPack.open(TestPacks.TOY, Device.cpu()))) {
            Recipe begun = new Recipe("toy", TIMELINE, "", 40, 33, 2, 4).withImage(picture(0xE02020).digest());
            assertThatThrownBy(() -> toy.check(begun)).isInstanceOf(InvalidFieldException.class)
                    .hasMessageContaining("image must be left out: the pack toy can't begin with one");
        }
    }

    /** Sky, ground and something of a colour between them. */
    private static StartImage picture(int colour) {
        byte[] rgb = new byte[64 * 64 * 3];
        for (int y = 0; y < 64; y++) {
            for (int x = 0; x < 64; x++) {
                int ground = y < 44 ? 0x80C0F0 : 0x60A040;
                int pixel = Math.hypot(x - 30, y - 40) < 12 ? colour : ground;
                for (int i = 0; i < 3; i++) {
                    rgb[3 * (64 * y + x) + i] = (byte) (pixel >> 16 - 8 * i);
                }
            }
        }
        return new StartImage(new VideoFrames(1, 64, 64, rgb));
    }

    private static Recipe fast(StartImage image) {
        return new Recipe("storybook", Timeline.of("a ball in the meadow"), "", 24, 33, Mode.FAST, 4, 4)
                .withImage(image.digest());
    }

    /** In dB. */
    private static double psnr(VideoFrames one, VideoFrames other) {
        double squares = 0;
        for (int i = 0; i < one.rgb().length; i++) {
            squares += Math.pow(Byte.toUnsignedInt(one.rgb()[i]) - Byte.toUnsignedInt(other.rgb()[i]), 2);
        }
        return 10 * Math.log10(255 * 255 / (squares / one.rgb().length));
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static Director open(Device device) {
        return new Director(ModelPack.open(TestPacks.STORYBOOK, device));
    }

    private static Recipe recipe(PackManifest manifest, Mode mode, int steps, double guidance) {
        return new Recipe(manifest.name(), TIMELINE, "", 40, 33, mode, steps, guidance);
    }
}
