package dev.longtake.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class GuidanceTest {

    @Test
    void movesAwayFromTheUnconditional() {
        float[] result = new float[2];
        new Guidance(4).combine(new float[] {1, 2, 1.5f, 1}, result);
        assertThat(result).containsExactly(3, -2);
    }

    @Test
    void isOffAtOne() {
        float[] result = new float[2];
        assertThat(new Guidance(1).active()).isFalse();
        new Guidance(1).combine(new float[] {5, 6}, result);
        assertThat(result).containsExactly(5, 6);
    }

    @Test
    void rescalesToTheSpreadOfThePromptsOwnPrediction() {
        // reference-spec 6.4: out * (0.2 * std(cond) / std(out) + 0.8)
        float[] both = {0, 0, 0, 1, 2, 6};
        float[] result = new float[3];
        new Guidance(2, 0.2).combine(both, result);
        double shrunk = 0.2 / 2 + 0.8;
        assertThat(result).containsExactly(new float[] {(float) (2 * shrunk), (float) (4 * shrunk), (float) (12 * shrunk)},
                within(1e-5f));
    }
}
