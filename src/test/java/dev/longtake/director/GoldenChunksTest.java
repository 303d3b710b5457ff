package dev.longtake.director;

import com.fasterxml.jackson.databind.JsonNode;
import dev.longtake.diffusion.Noise;
import dev.longtake.film.CancelToken;
import dev.longtake.film.Recipe;
import dev.longtake.film.Snapshot;
import dev.longtake.film.Timeline;
import dev.longtake.pack.Device;
import dev.longtake.pack.Golden;
import dev.longtake.pack.ModelPack;
import dev.longtake.pack.TestPacks;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Two whole chunks, guidance, CAM, APM and all, come out as PyTorch makes them from the same noise. */
class GoldenChunksTest {

    @Test
    void makesTheChunksThatPyTorchMakes() throws Exception {
        JsonNode golden = Golden.cases().get("chunks");
        Noise noise = (target, chunk, step, purpose) -> {
            float[] given = Golden.tensor(golden.get("noise_" + chunk));
            System.arraycopy(given, 0, target, 0, target.length);
        };
        ModelPack pack = ModelPack.open(TestPacks.STORYBOOK, Device.cpu());
        try (Director director = new Director(pack, Conditioning.WHOLE, seed -> noise)) {
            Recipe recipe = new Recipe(
                    director.manifest().name(),
                    Timeline.of(golden.get("prompt").asText()),
                    golden.get("negativePrompt").asText(),
                    24,
                    0,
                    golden.get("steps").asInt(),
                    golden.get("guidance").asDouble());
            Optional<Snapshot> previous = Optional.empty();
            for (int chunk = 0; chunk < 2; chunk++) {
                GeneratedChunk made = director.generate(
                        recipe, chunk, previous, (step, steps, preview) -> { }, new CancelToken());
                float[] latents = made.snapshot().latents();
                Golden.assertClose("latents_" + chunk, latents, Golden.tensor(golden.get("latents_" + chunk)));
                Golden.assertClose("last_frame_" + chunk, pack.vaeDecoder().decode(latents, 15, 16),
                        Golden.tensor(golden.get("last_frame_" + chunk)));
                previous = Optional.of(made.snapshot());
            }
        }
    }
}
