package dev.longtake.diffusion;

import static dev.longtake.diffusion.Noise.Purpose.INITIAL;
import static dev.longtake.diffusion.Noise.Purpose.STEP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class NoiseSourceTest {

    private static final int LENGTH = 16 * 16 * 8 * 8;

    @Test
    void isAFunctionOfItsArguments() {
        float[] first = draw(7, 3, 2, STEP);
        draw(7, 4, 0, INITIAL);
        assertThat(draw(7, 3, 2, STEP)).isEqualTo(first);
    }

    @Test
    void neverChangesBetweenVersions() {
        // These numbers are part of every film ever made: if they change, films can't be made again.
        assertThat(Arrays.copyOf(draw(33, 0, 0, INITIAL), 4))
                .containsExactly(1.7524067f, 1.0070546f, 0.5702596f, -0.037515633f);
        assertThat(Arrays.copyOf(draw(33, 5, 2, STEP), 2)).containsExactly(0.61622953f, -0.49556804f);
    }

    @Test
    void isStandardNormal() {
        double sum = 0;
        double squares = 0;
        double fourths = 0;
        for (int chunk = 0; chunk < 20; chunk++) {
            for (float value : draw(1, chunk, 0, INITIAL)) {
                sum += value;
                squares += value * value;
                fourths += Math.pow(value, 4);
            }
        }
        int count = 20 * LENGTH;
        assertThat(sum / count).isCloseTo(0, within(0.01));
        assertThat(squares / count).isCloseTo(1, within(0.01));
        assertThat(fourths / count).isCloseTo(3, within(0.06));
    }

    @Test
    void isUnrelatedForEveryUse() {
        List<float[]> draws = List.of(
                draw(1, 0, 0, INITIAL), draw(2, 0, 0, INITIAL), draw(1, 1, 0, INITIAL), draw(2, 1, 0, INITIAL),
                draw(1, 0, 1, STEP), draw(1, 0, 0, STEP), draw(1, 1, 1, STEP), draw(-1, 0, 0, INITIAL),
                draw(Long.MIN_VALUE, 0, 0, INITIAL), draw(Long.MAX_VALUE, 0, 0, INITIAL));
        for (int i = 0; i < draws.size(); i++) {
            for (int j = 0; j < i; j++) {
                // Five standard deviations of the correlation of independent draws; also one apart in time.
                double limit = 5 / Math.sqrt(LENGTH);
                assertThat(correlation(draws.get(i), draws.get(j), 0)).isCloseTo(0, within(limit));
                assertThat(correlation(draws.get(i), draws.get(j), 4)).isCloseTo(0, within(limit));
            }
        }
    }

    private static float[] draw(long seed, int chunk, int step, Noise.Purpose purpose) {
        float[] target = new float[LENGTH];
        new NoiseSource(seed).fill(target, chunk, step, purpose);
        return target;
    }

    private static double correlation(float[] a, float[] b, int shift) {
        double sum = 0;
        for (int i = 0; i + shift < a.length; i++) {
            sum += a[i + shift] * b[i];
        }
        return sum / a.length;
    }
}
