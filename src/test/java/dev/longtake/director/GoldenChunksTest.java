package dev.longtake.director;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import dev.longtake.film.CancelToken;
import dev.longtake.film.Mode;
import dev.longtake.film.Recipe;
import dev.longtake.film.Snapshot;
import dev.longtake.film.Timeline;
import dev.longtake.pack.Device;
import dev.longtake.pack.Golden;
import dev.longtake.pack.ModelPack;
import dev.longtake.pack.PackManifest;
import dev.longtake.pack.TestPacks;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Two whole chunks, CAM, APM and all, come out as PyTorch makes them from the same noise, in every mode of the pack. */
class GoldenChunksTest {

    static Stream<Arguments> modes() {
        return Stream.of(arguments(Mode.CAREFUL, "chunks"), arguments(Mode.FAST, "fast"))
                .filter(mode -> Golden.cases().has((String) mode.get()[1]));
    }

    @Test
    void thereIsACaseOfEveryMode() {
        assertThat(Golden.cases().has("fast"))
                .isEqualTo(PackManifest.read(TestPacks.STORYBOOK).diffusion().fast().isPresent());
    }

    @ParameterizedTest
    @MethodSource("modes")
    void makesTheChunksThatPyTorchMakes(Mode mode, String name) throws Exception {
        JsonNode golden = Golden.cases().get(name);
        GivenNoise noise = (target, chunk, step, purpose) -> {
            float[] given = Golden.tensor(golden.get("noise_" + chunk));
            System.arraycopy(given, 0, target, 0, target.length);
        };
        ModelPack pack = ModelPack.open(TestPacks.STORYBOOK, Device.cpu());
        try (Director director = new Director(pack, Conditioning.WHOLE, seed -> noise)) {
            Recipe recipe = new Recipe(
                    director.manifest().name(),
                    Timeline.of(golden.get("prompt").asText()),
                    golden.path("negativePrompt").asText(),
                    24,
                    0,
                    mode,
                    golden.get("steps").asInt(),
                    golden.get("guidance").asDouble());
            Optional<Snapshot> previous = Optional.empty();
            for (int chunk = 0; chunk < 2; chunk++) {
                GeneratedChunk made = director.generate(
                        recipe, chunk, previous, (step, steps, preview) -> { }, new CancelToken());
                float[] latents = made.snapshot().latents();
                Golden.assertClose(golden, "latents_" + chunk, latents, Golden.tensor(golden.get("latents_" + chunk)));
                Golden.assertClose(golden, "last_frame_" + chunk, pack.vaeDecoder().decode(latents, 15, 16),
                        Golden.tensor(golden.get("last_frame_" + chunk)));
                previous = Optional.of(made.snapshot());
            }
        }
    }
}
