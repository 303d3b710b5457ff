package dev.longtake.diffusion;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.longtake.pack.Golden;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The original's solver begins and steps as the reference does, which is written in other variables. */
class GoldenRefinementTest {

    static Stream<JsonNode> cases() {
        return StreamSupport.stream(Golden.cases().get("refinement").spliterator(), false);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void goesAsTheReference(JsonNode golden) {
        DpmSolverSde solver = new DpmSolverSde(golden.get("steps").asInt(), golden.get("noiseLevels").asInt(),
                DpmSolverSde.Schedule.ORIGINAL);
        int index = golden.get("index").asInt();
        assertThat(solver.timestep(Math.max(index, 0))).isEqualTo(golden.get("timestep").asDouble());
        float[] x = Golden.tensor(golden.get("x"));
        if (index < 0) {
            solver.begin(x, Golden.tensor(golden.get("noise")));
        } else {
            float[] previous = index == 0 ? null : Golden.tensor(golden.get("previous"));
            solver.step(index, x, Golden.tensor(golden.get("clean")), previous,
                    () -> Golden.tensor(golden.get("noise")));
        }
        Golden.assertClose(golden.get("expected").asText(), x, Golden.tensor(golden.get("expected")));
    }
}
