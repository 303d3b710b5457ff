package dev.longtake.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** The definition of reference mawe.py, on pictures small enough to be warped by hand. */
class WarpErrorTest {

    @Test
    void copiesPixelsAlongTheirFlowAndForgetsThoseThatLeave() {
        byte[] from = grey(10, 20, 30, 40, 50, 60);
        byte[] to = grey(0, 10, 20, 0, 40, 53);
        float[] rightByOne = flow(1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0);

        // 10 and 40 arrive where they should, 50 beside 53, nothing in the first column.
        assertThat(new ForwardWarp(3, 2).error(from, to, rightByOne)).isEqualTo((53 - 50) * (53 - 50) / 4.0);
    }

    @Test
    void roundsHalvesToEvenAndLetsTheLastOneWin() {
        byte[] from = grey(10, 20, 30, 40);
        float[] flow = flow(0.5f, 0, 0.5f, 0, 0.5f, 0, -3.4f, 0);

        // 0.5 goes to 0, 1.5 and 2.5 to 2, -0.4 to 0: the fourth pixel over the first, the third over the second.
        assertThat(new ForwardWarp(4, 1).error(from, grey(40, 1, 30, 2), flow)).isZero();
        assertThat(new ForwardWarp(4, 1).error(from, grey(10, 1, 20, 2), flow)).isEqualTo((900 + 100) / 2.0);
    }

    @Test
    void comparesNothingWhereNothingArrives() {
        assertThat(new ForwardWarp(2, 1).error(grey(1, 2), grey(200, 250), flow(0, 5, 0, -5))).isZero();
    }

    @Test
    void meansTheRatiosOfThePairs() {
        WarpError error = new WarpError();
        error.accept(19, 1, 2);
        error.accept(19, 4, 18);

        assertThat(error.mawe()).as("mean of 2 and 0.5").isEqualTo(1.25, within(1e-12));
        assertThat(error.asPrinted()).as("19 over 9.5 times 10").isEqualTo(0.2, within(1e-12));
        assertThat(error.still()).isZero();
    }

    @Test
    void leavesPairsWithoutMotionOut() {
        WarpError error = new WarpError();
        assertThat(error.mawe()).isNull();
        assertThat(error.asPrinted()).isNull();
        error.accept(0, 0, 0);
        assertThat(error.mawe()).isNull();
        error.accept(19, 1, 2);
        assertThat(error.mawe()).isEqualTo(2, within(1e-12));
        assertThat(error.still()).isEqualTo(1);
    }

    /** Three equal channels. */
    private static byte[] grey(int... values) {
        byte[] rgb = new byte[values.length * 3];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) values[i / 3];
        }
        return rgb;
    }

    private static float[] flow(float... values) {
        return values;
    }
}
