package dev.longtake.director;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longtake.film.CancelToken;
import dev.longtake.film.FrameRange;
import dev.longtake.film.Recipe;
import dev.longtake.film.Timeline;
import dev.longtake.pack.Device;
import dev.longtake.pack.ModelPack;
import dev.longtake.pack.TestPacks;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Networks that are loaded in turn make the same film, refined and all, as those that stay where they are. */
class LowMemoryTest {

    @Test
    void makesTheSameFilm() throws Exception {
        List<byte[]> plenty = film(Device.cpu());
        List<byte[]> little = film(Device.cpu().withMemory("58MB"));
        assertThat(little).hasSameSizeAs(plenty);
        for (int i = 0; i < plenty.size(); i++) {
            assertThat(little.get(i)).isEqualTo(plenty.get(i));
        }
    }

    private static List<byte[]> film(Device device) throws Exception {
        List<byte[]> pictures = new ArrayList<>();
        List<float[]> latents = new ArrayList<>();
        try (Director director = new Director(ModelPack.open(TestPacks.STORYBOOK, device))) {
            Recipe recipe = new Recipe(
                    director.manifest().name(), Timeline.of("a dog in the snow"), "rain", 24, 3, 2, 4);
            director.film(recipe, (step, steps, preview) -> { }, chunk -> {
                pictures.add(chunk.frames().rgb());
                latents.addAll(chunk.snapshot().newFrames(director.plan()).subList(0, chunk.frames().count()));
            }, new CancelToken());
            pictures.add(director.enhance(recipe, Refining.of(director.manifest(), recipe, Blending.USUAL),
                    new FrameRange(0, 24), latents, true, (step, steps, preview) -> { }, new CancelToken()).rgb());
        }
        return pictures;
    }
}
