package dev.longtake.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The rule alone, on content values; what is expected was worked out by hand from the rule's definition. */
class CutDetectorTest {

    @Test
    void comparesAFrameWithTheTwoBeforeAndTheTwoAfter() {
        CutDetector detector = new CutDetector();
        double[] contents = {0, 4, 8, 2, 6, 20, 5};
        double[] ratios = {Double.NaN, Double.NaN, Double.NaN, Double.NaN,
                8 / ((0 + 4 + 2 + 6) / 4.0), 2 / ((4 + 8 + 6 + 20) / 4.0), 6 / ((8 + 2 + 20 + 5) / 4.0)};
        for (int i = 0; i < contents.length; i++) {
            detector.accept(contents[i]);
            if (Double.isNaN(ratios[i])) {
                assertThat(detector.ratio()).as("before there is a window").isNaN();
            } else {
                assertThat(detector.ratio()).as("at frame " + (i - 2)).isEqualTo(ratios[i], within(1e-12));
            }
        }
    }

    @Test
    void boundsTheRatioWhereNothingElseChanges() {
        assertThat(ratioOf(0, 0, 20, 0, 0)).isEqualTo(255);
        assertThat(ratioOf(0, 0, 14.9, 0, 0)).isZero();
        assertThat(ratioOf(0.01, 0.01, 20, 0.01, 0.01)).isEqualTo(255);
    }

    @Test
    void cutsFromThriceTheSurroundingsAndFifteenOn() {
        assertThat(cutsWithOne(30, 5, 15)).containsExactly(30);
        assertThat(cutsWithOne(30, 5, 14.999)).as("below three times").isEmpty();
        assertThat(cutsWithOne(30, 1, 15)).containsExactly(30);
        assertThat(cutsWithOne(30, 1, 14.999)).as("below the least content").isEmpty();
        assertThat(cutsWithOne(30, 0, 15)).as("out of stillness").containsExactly(30);
    }

    @Test
    void countsTheLengthOfAShotUpToTheEndOfTheWindow() {
        assertThat(cutsWithOne(12, 1, 50)).isEmpty();
        assertThat(cutsWithOne(13, 1, 50)).containsExactly(13);
        assertThat(cuts(contents(60, 1, 50, 20, 32))).as("the second comes too early").containsExactly(20);
        assertThat(cuts(contents(60, 1, 50, 20, 33))).containsExactly(20, 33);
        assertThat(cuts(contents(60, 1, 50, 20, 32, 38))).as("a dropped cut starts no shot").containsExactly(20, 38);
    }

    @Test
    void cannotTellAtTheEnds() {
        assertThat(cutsWithOne(57, 1, 50)).containsExactly(57);
        assertThat(cutsWithOne(58, 1, 50)).isEmpty();
        assertThat(cutsWithOne(59, 1, 50)).isEmpty();
        assertThat(cuts(List.of(0.0, 90.0, 1.0, 1.0))).as("no whole window").isEmpty();
        assertThat(cuts(List.of())).isEmpty();
    }

    private static double ratioOf(double... contents) {
        CutDetector detector = new CutDetector();
        for (double content : contents) {
            detector.accept(content);
        }
        return detector.ratio();
    }

    private static List<Integer> cutsWithOne(int at, double usual, double there) {
        return cuts(contents(60, usual, there, at));
    }

    private static List<Double> contents(int frames, double usual, double there, int... at) {
        List<Double> contents = new ArrayList<>(Collections.nCopies(frames, usual));
        contents.set(0, 0.0);
        for (int frame : at) {
            contents.set(frame, there);
        }
        return contents;
    }

    private static List<Integer> cuts(List<Double> contents) {
        CutDetector detector = new CutDetector();
        contents.forEach(detector::accept);
        return detector.cuts();
    }
}
