package dev.longtake.director;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.longtake.film.CancelToken;
import dev.longtake.film.CancelledException;
import dev.longtake.film.Mode;
import dev.longtake.film.PromptChange;
import dev.longtake.film.Recipe;
import dev.longtake.film.Snapshot;
import dev.longtake.film.Timeline;
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
