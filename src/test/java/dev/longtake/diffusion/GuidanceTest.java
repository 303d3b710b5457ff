package dev.longtake.diffusion;

import static org.assertj.core.api.Assertions.assertThat;

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
}
