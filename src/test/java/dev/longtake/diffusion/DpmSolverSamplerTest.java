package dev.longtake.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.longtake.film.InvalidFieldException;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DpmSolverSamplerTest {

    private static final BetaSchedule MODELSCOPE = new BetaSchedule(1000, 0.00085, 0.012);
    /** Deviation of the data in a world where the best prediction and the way to it are known. */
    private static final double SPREAD = 0.4;
    private static final Supplier<float[]> NO_NOISE = () -> {
        throw new AssertionError("this solver adds no noise");
    };

    @Test
    void usesTimestepsFromOneEndToTheOther() {
        DpmSolverSampler sampler = new DpmSolverSampler(50, MODELSCOPE, Prediction.EPSILON);
        assertThat(sampler.steps()).isEqualTo(50);
        assertThat(new double[] {sampler.timestep(0), sampler.timestep(1), sampler.timestep(2), sampler.timestep(48),
            sampler.timestep(49)}).containsExactly(999, 979, 959, 40, 20);
    }

    @ParameterizedTest
    @EnumSource(Prediction.class)
    void endsAtWhatThePerfectNetworkSees(Prediction prediction) {
        double[] products = MODELSCOPE.alphaProducts();
        DpmSolverSampler sampler = new DpmSolverSampler(20, MODELSCOPE, prediction);
        double clean = 0.7;
        double noise = -1.3;
        float[] x = {(float) (Math.sqrt(products[999]) * clean + Math.sqrt(1 - products[999]) * noise)};
        for (int i = 0; i < 20; i++) {
            double alpha = products[(int) sampler.timestep(i)];
            float[] predicted = {prediction == Prediction.EPSILON
                    ? (float) noise
                    : (float) (Math.sqrt(alpha) * noise - Math.sqrt(1 - alpha) * clean)};
            assertThat(sampler.clean(i, x, predicted, 0, 1)[0]).isCloseTo((float) clean, within(1e-3f));
            sampler.step(i, x, predicted, NO_NOISE);
        }
        assertThat(x[0]).isCloseTo((float) clean, within(1e-3f));
    }

    /** Twice as many steps leave a quarter of the error: the solver is of second order. */
    @Test
    void closesInOnTheTruthAsFastAsASecondOrderSolver() {
        double coarse = error(27);
        double fine = error(54);
        assertThat(coarse).isLessThan(1e-3);
        assertThat(fine).isLessThan(coarse / 3);
    }

    /** Relative error after two thirds of the way, where data is normal around 0 and the way is known. */
    private static double error(int steps) {
        double[] products = MODELSCOPE.alphaProducts();
        DpmSolverSampler sampler = new DpmSolverSampler(steps, MODELSCOPE, Prediction.EPSILON);
        float[] x = {1};
        int taken = steps * 2 / 3;
        for (int i = 0; i < taken; i++) {
            double alpha = products[(int) sampler.timestep(i)];
            float predicted = (float) (x[0] * Math.sqrt(1 - alpha) / variance(alpha));
            sampler.step(i, x, new float[] {predicted}, NO_NOISE);
        }
        double exact = Math.sqrt(variance(products[(int) sampler.timestep(taken)]) / variance(products[999]));
        return Math.abs(x[0] / exact - 1);
    }

    private static double variance(double alpha) {
        return alpha * SPREAD * SPREAD + 1 - alpha;
    }

    @Test
    void refusesImpossibleNumbersOfSteps() {
        for (int steps : new int[] {0, -1, 1000}) {
            assertThatThrownBy(() -> new DpmSolverSampler(steps, MODELSCOPE, Prediction.EPSILON))
                    .isInstanceOf(InvalidFieldException.class)
                    .hasMessageContaining("steps must be at least 1 and less than the 1000 timesteps");
        }
    }

    @Test
    void holdsWhatIsKnown() {
        DpmSolverSampler sampler = new DpmSolverSampler(50, MODELSCOPE, Prediction.EPSILON);
        double alpha = MODELSCOPE.alphaProducts()[20];
        float[] x = {5, 5};
        sampler.hold(49, new float[] {1}, new float[] {2, 2}, x);
        assertThat(x[0]).isCloseTo((float) (Math.sqrt(alpha) + 2 * Math.sqrt(1 - alpha)), within(1e-6f));
        assertThat(x[1]).isEqualTo(5);
    }
}
