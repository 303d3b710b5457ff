package dev.longtake.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DpmSolverSdeTest {

    private final DpmSolverSde solver = new DpmSolverSde(30, 600, DpmSolverSde.Schedule.ORIGINAL);

    @Test
    void hasTheScheduleOfTheOriginal() {
        // reference-spec 6.4
        int[] timesteps = IntStream.range(0, 30).map(i -> (int) solver.timestep(i)).toArray();
        assertThat(timesteps).containsExactly(599, 580, 560, 541, 522, 502, 483, 464, 444, 425, 405, 386, 367, 347,
                328, 309, 289, 270, 251, 231, 212, 193, 173, 154, 134, 115, 96, 76, 57, 38);
        assertThat(solver.sigma(0)).isCloseTo(4.1648, within(1e-4));
        assertThat(solver.sigma(1)).isCloseTo(3.8570, within(1e-4));
        assertThat(solver.sigma(2)).isCloseTo(3.5755, within(1e-4));
        assertThat(solver.sigma(27)).isCloseTo(0.2556, within(1e-4));
        assertThat(solver.sigma(29)).isCloseTo(0.1229, within(1e-4));
        assertThat(solver.sigma(30)).isZero();
    }

    @Test
    void understandsANetworkThatPredictsV() {
        // clean = 2 and noise = -1 as the network would see and say them at the first step.
        double signal = 0.23347;
        double deviation = Math.sqrt(1 - signal * signal);
        float[] x = {(float) (2 + solver.sigma(0) * -1)};
        float[] shown = new float[1];
        solver.show(0, x, shown);
        assertThat(shown[0]).isCloseTo((float) (signal * 2 - deviation), within(1e-4f));
        float[] answer = {(float) (signal * -1 - deviation * 2)};
        solver.clean(0, shown, answer);
        assertThat(answer[0]).isCloseTo(2, within(1e-4f));
    }

    @Test
    void beginsFromScaledNoisedLatents() {
        float[] x = {1, 0};
        solver.begin(x, new float[] {0, 1});
        assertThat(x[0]).isCloseTo(4.1648f * 0.23347f, within(1e-3f));
        assertThat(x[1]).isCloseTo(4.1648f * 0.97236f, within(1e-3f));
    }

    @Test
    void endsAtWhatAPerfectNetworkSees() {
        float[] x = {-3};
        float[] clean = {0.7f};
        for (int i = 0; i < 30; i++) {
            solver.step(i, x, clean, i == 0 ? null : clean, () -> new float[] {0.3f});
        }
        assertThat(x[0]).isEqualTo(0.7f);
    }

    @Test
    void keepsTheDeviationOfItsNoiseLevel() {
        // With a clean picture of zero, x is nothing but noise, of deviation sigma before every step.
        int count = 20_000;
        NoiseSource noise = new NoiseSource(4);
        float[] x = new float[count];
        noise.fill(x, 0, 0, Noise.Purpose.REFINEMENT_INITIAL);
        for (int i = 0; i < count; i++) {
            x[i] *= (float) solver.sigma(0);
        }
        float[] clean = new float[count];
        for (int step = 0; step < 29; step++) {
            int now = step;
            Supplier<float[]> draws = () -> {
                float[] all = new float[count];
                noise.fill(all, 0, now, Noise.Purpose.REFINEMENT_STEP);
                return all;
            };
            solver.step(step, x, clean, clean, draws);
            double squares = 0;
            for (float value : x) {
                squares += value * value;
            }
            assertThat(Math.sqrt(squares / count)).isCloseTo(solver.sigma(step + 1), within(0.03 * solver.sigma(step + 1)));
        }
    }

    @Test
    void theSecondOrderTermLeansOnTheStepBefore() {
        float[] without = {1};
        float[] with = {1};
        Supplier<float[]> none = () -> new float[1];
        solver.step(1, without, new float[] {0.5f}, new float[] {0.5f}, none);
        solver.step(1, with, new float[] {0.5f}, new float[] {0.4f}, none);
        double h = Math.log(solver.sigma(1) / solver.sigma(2));
        double before = Math.log(solver.sigma(0) / solver.sigma(1));
        double expected = 0.5 * (1 - Math.exp(-2 * h)) * h / before * 0.1;
        assertThat(with[0] - without[0]).isCloseTo((float) expected, within(1e-6f));
    }
}
