package dev.longtake.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.longtake.film.InvalidFieldException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EulerFlowSamplerTest {

    @Test
    void spacesStepsEvenlyWithoutShift() {
        EulerFlowSampler sampler = new EulerFlowSampler(4, 1);
        assertThat(new double[] {sampler.timestep(0), sampler.timestep(1), sampler.timestep(2), sampler.timestep(3)})
                .containsExactly(new double[] {1000, 750, 500, 250}, within(1e-9));
    }

    @Test
    void shiftStaysLongerAtHighNoise() {
        EulerFlowSampler sampler = new EulerFlowSampler(2, 3);
        assertThat(sampler.timestep(0)).isEqualTo(1000);
        assertThat(sampler.timestep(1)).isCloseTo(1000 * 3 * 0.5 / (1 + 2 * 0.5), within(1e-9));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 50})
    void followsAStraightPathToItsEnd(int steps) {
        float[] clean = {0.5f, -1, 2};
        float[] noise = {1, 0.25f, -3};
        float[] x = noise.clone();
        EulerFlowSampler sampler = new EulerFlowSampler(steps, 2);
        float[] velocity = {noise[0] - clean[0], noise[1] - clean[1], noise[2] - clean[2]};
        for (int i = 0; i < steps; i++) {
            assertThat(sampler.clean(i, x, velocity, 1, 3)).containsExactly(new float[] {-1, 2}, within(1e-5f));
            sampler.step(i, x, velocity, () -> {
                throw new AssertionError("Euler adds no noise");
            });
        }
        assertThat(x).containsExactly(clean, within(1e-5f));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 8})
    void followsABentPathByItsAverageVelocities(int steps) {
        EulerFlowSampler sampler = new EulerFlowSampler(steps, 3, EulerFlowSampler.Velocity.AVERAGE);
        float[] x = {1};
        double reached = 1000;
        for (int i = 0; i < steps; i++) {
            double from = sampler.timestep(i);
            double to = from - sampler.interval(i);
            assertThat(from).isCloseTo(reached, within(1e-9));
            // The path is the cube of time.
            float average = (float) ((Math.pow(from / 1000, 3) - Math.pow(to / 1000, 3)) / ((from - to) / 1000));
            sampler.step(i, x, new float[] {average}, () -> x);
            assertThat(x[0]).isCloseTo((float) Math.pow(to / 1000, 3), within(1e-6f));
            reached = to;
        }
        assertThat(reached).isCloseTo(0, within(1e-9));
    }

    @Test
    void asksForTheMomentaryVelocityUnlessToldOtherwise() {
        assertThat(new EulerFlowSampler(3, 1).interval(1)).isZero();
    }

    @Test
    void refusesNoSteps() {
        assertThatThrownBy(() -> new EulerFlowSampler(0, 1)).isInstanceOf(InvalidFieldException.class)
                .hasMessage("steps must be 1 or more, but was 0");
    }

    @Test
    void whatIsHeldIsSeenAgain() {
        EulerFlowSampler sampler = new EulerFlowSampler(6, 3);
        float[] clean = {0.7f, -0.2f};
        float[] noise = {1.3f, 0.4f, 9};
        for (int step = 0; step < 6; step++) {
            float[] x = {8, 8, 8};
            sampler.hold(step, clean, noise, x);
            float[] velocity = {noise[0] - clean[0], noise[1] - clean[1], 0};
            assertThat(sampler.clean(step, x, velocity, 0, 2)).usingComparatorWithPrecision(1e-6f).containsExactly(clean);
            assertThat(x[2]).as("what is not known stays").isEqualTo(8);
        }
    }
}
