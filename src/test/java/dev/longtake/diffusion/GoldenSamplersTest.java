package dev.longtake.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.longtake.pack.EighthPack;
import dev.longtake.pack.Golden;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every sampler steps as the reference does. */
class GoldenSamplersTest {

    private static final BetaSchedule MODELSCOPE = new BetaSchedule(1000, 0.00085, 0.012);

    static Stream<JsonNode> steps() {
        return StreamSupport.stream(Golden.cases().get("samplers").spliterator(), false);
    }

    @ParameterizedTest
    @MethodSource("steps")
    void stepsAsTheReference(JsonNode golden) {
        Sampler sampler = sampler(golden);
        int index = golden.get("index").asInt();
        assertThat(sampler.timestep(index)).isCloseTo(golden.get("timestep").asDouble(), within(1e-6));
        float[] x = Golden.tensor(golden.get("x"));
        sampler.step(index, x, Golden.tensor(golden.get("model_output")), () -> Golden.tensor(golden.get("noise")));
        Golden.assertClose(golden.get("expected").asText(), x, Golden.tensor(golden.get("expected")));
    }

    static Stream<JsonNode> runs() {
        return StreamSupport.stream(Golden.cases(EighthPack.GOLDEN).get("samplers").spliterator(), false);
    }

    /** A solver that looks back: what it comes to after some steps. */
    @ParameterizedTest
    @MethodSource("runs")
    void runsAsTheReference(JsonNode golden) {
        Prediction prediction = golden.get("prediction").asText().equals("v") ? Prediction.V : Prediction.EPSILON;
        Sampler sampler = new DpmSolverSampler(golden.get("steps").asInt(), MODELSCOPE, prediction);
        int last = golden.get("index").asInt();
        assertThat(sampler.timestep(last)).isEqualTo(golden.get("timestep").asInt());
        float[] x = Golden.tensor(EighthPack.GOLDEN, golden.get("x"));
        for (int index = 0; index <= last; index++) {
            String output = index % 2 == 0 ? "model_output" : "odd_output";
            sampler.step(index, x, Golden.tensor(EighthPack.GOLDEN, golden.get(output)), () -> {
                throw new AssertionError("this solver adds no noise");
            });
        }
        Golden.assertClose(golden.get("expected").asText(), x,
                Golden.tensor(EighthPack.GOLDEN, golden.get("expected")));
    }

    private static Sampler sampler(JsonNode golden) {
        int steps = golden.get("steps").asInt();
        if (golden.get("sampler").asText().equals("euler")) {
            return new EulerFlowSampler(steps, golden.get("shift").asDouble());
        }
        Prediction prediction = golden.get("prediction").asText().equals("v") ? Prediction.V : Prediction.EPSILON;
        return new DdimSampler(steps, MODELSCOPE, 1, prediction, golden.get("eta").asDouble());
    }
}
