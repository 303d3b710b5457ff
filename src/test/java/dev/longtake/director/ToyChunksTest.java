package dev.longtake.director;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.longtake.film.CancelToken;
import dev.longtake.film.Mode;
import dev.longtake.film.Recipe;
import dev.longtake.film.Snapshot;
import dev.longtake.film.Timeline;
import dev.longtake.pack.Device;
import dev.longtake.pack.Golden;
import dev.longtake.pack.ModelPack;
import dev.longtake.pack.TestPacks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The toy pack's chunks are those of the reference sampler, in both modes and whatever the number of threads. */
class ToyChunksTest {

    private static final JsonNode GOLDEN = read();

    static Stream<JsonNode> films() {
        return StreamSupport.stream(GOLDEN.get("films").spliterator(), false);
    }

    @ParameterizedTest
    @MethodSource("films")
    void makesTheChunksThatPyTorchMakes(JsonNode film) throws Exception {
        for (int threads = 1; threads <= 3; threads++) {
            ModelPack pack = ModelPack.open(TestPacks.TOY, Device.cpu().withThreads(threads));
            try (Director director = new Director(pack, Conditioning.WHOLE, seed -> noise())) {
                Recipe recipe = new Recipe(
                        "toy",
                        Timeline.of(GOLDEN.get("prompt").asText()),
                        film.get("negativePrompt").asText(),
                        24,
                        0,
                        Mode.parse(film.get("mode").asText()),
                        film.get("steps").asInt(),
                        film.get("guidance").asDouble());
                Optional<Snapshot> previous = Optional.empty();
                for (int chunk = 0; chunk < 2; chunk++) {
                    Snapshot made = director.generate(
                            recipe, chunk, previous, (step, steps, preview) -> { }, new CancelToken()).snapshot();
                    JsonNode expected = film.get("chunks").get(chunk);
                    Golden.assertClose("latents of chunk " + chunk, some(made.latents()),
                            numbers(expected.get("latents")));
                    Golden.assertClose("last frame of chunk " + chunk,
                            some(pack.vaeDecoder().decode(made.latents(), 15, 16)),
                            numbers(expected.get("lastFrame")));
                    previous = Optional.of(made);
                }
            }
        }
    }

    /** The same numbers as in make_toy_pack.py. */
    private static GivenNoise noise() {
        return (target, chunk, step, purpose) -> {
            for (int i = 0; i < target.length; i++) {
                target[i] = (float) ((i * 7919L + chunk * 104729L) % 2003 / 1001.0 - 1);
            }
        };
    }

    private static float[] some(float[] values) {
        int every = GOLDEN.get("every").asInt();
        float[] some = new float[(values.length + every - 1) / every];
        for (int i = 0; i < some.length; i++) {
            some[i] = values[i * every];
        }
        return some;
    }

    private static float[] numbers(JsonNode list) {
        float[] numbers = new float[list.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) list.get(i).asDouble();
        }
        return numbers;
    }

    private static JsonNode read() {
        try {
            return new ObjectMapper().readTree(TestPacks.TOY.resolve("golden.json").toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
