package dev.longtake.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.longtake.film.InvalidFieldException;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DdimSamplerTest {

    private static final BetaSchedule MODELSCOPE = new BetaSchedule(1000, 0.00085, 0.012);
    private static final Supplier<float[]> NO_NOISE = () -> {
        throw new AssertionError("no noise is added with eta 0");
    };

    @Test
    void usesLeadingTimesteps() {
        DdimSampler sampler = new DdimSampler(50, MODELSCOPE, 1, Prediction.EPSILON, 1);
        assertThat(sampler.timestep(0)).isEqualTo(981);
        assertThat(sampler.timestep(1)).isEqualTo(961);
        assertThat(sampler.timestep(49)).isEqualTo(1);
    }

    @Test
    void hasTheScheduleOfTheOriginal() {
        double[] products = MODELSCOPE.alphaProducts();
        // reference-spec: the product at 0 is 1 - 0.00085; at the end, hardly any signal is left.
        assertThat(products[0]).isCloseTo(0.99915, within(1e-9));
        assertThat(products[999]).isCloseTo(0.00466, within(1e-5));
    }

    @ParameterizedTest
    @EnumSource(Prediction.class)
    void recoversWhatThePerfectNetworkSees(Prediction prediction) {
        double[] products = MODELSCOPE.alphaProducts();
        DdimSampler sampler = new DdimSampler(20, MODELSCOPE, 1, prediction, 0);
        double clean = 0.7;
        double noise = -1.3;
        float[] x = {mix(products[951], clean, noise)};
        for (int i = 0; i < 20; i++) {
            double alpha = products[(int) sampler.timestep(i)];
            float[] predicted = {prediction == Prediction.EPSILON
                    ? (float) noise
                    : (float) (Math.sqrt(alpha) * noise - Math.sqrt(1 - alpha) * clean)};
            assertThat(sampler.clean(i, x, predicted, 0, 1)[0]).isCloseTo((float) clean, within(1e-3f));
            sampler.step(i, x, predicted, NO_NOISE);
        }
        // set_alpha_to_one = false: the last step ends at timestep 0, not at perfectly clean.
        assertThat(x[0]).isCloseTo(mix(products[0], clean, noise), within(1e-4f));
    }

    @Test
    void addsNoiseAtEveryStepIncludingTheLast() {
        DdimSampler sampler = new DdimSampler(50, MODELSCOPE, 1, Prediction.EPSILON, 1);
        float[] x = {0.4f, 0.4f};
        sampler.step(49, x, new float[] {0.1f, 0.1f}, () -> new float[] {0, 1});
        // reference-spec: sigma is about 0.0206 at the last of 50 steps.
        assertThat(x[1] - x[0]).isCloseTo(0.0206f, within(1e-4f));
    }

    @Test
    void refusesMoreStepsThanTheTrainingHad() {
        assertThatThrownBy(() -> new DdimSampler(1000, MODELSCOPE, 1, Prediction.EPSILON, 1))
                .isInstanceOf(InvalidFieldException.class)
                .hasMessageContaining("steps").hasMessageContaining("1000");
    }

    private static float mix(double alpha, double clean, double noise) {
        return (float) (Math.sqrt(alpha) * clean + Math.sqrt(1 - alpha) * noise);
    }

    @Test
    void whatIsHeldIsSeenAgain() {
        DdimSampler sampler = new DdimSampler(20, MODELSCOPE, 1, Prediction.EPSILON, 1);
        float[] clean = {0.7f, -0.2f};
        float[] noise = {1.3f, 0.4f, 9};
        for (int step = 0; step < 20; step++) {
            float[] x = {8, 8, 8};
            sampler.hold(step, clean, noise, x);
            assertThat(sampler.clean(step, x, noise, 0, 2)).usingComparatorWithPrecision(1e-4f).containsExactly(clean);
            assertThat(x[2]).as("what is not known stays").isEqualTo(8);
        }
    }
}
