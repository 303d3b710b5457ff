package dev.longtake.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.longtake.measure.EtaAccuracy.Promise;
import java.util.List;
import org.junit.jupiter.api.Test;

class EtaAccuracyTest {

    @Test
    void whatIsToldEarlyDoesNotCount() {
        EtaAccuracy accuracy = EtaAccuracy.of(
                List.of(new Promise(0.05, 1, 1000), new Promise(0.1, 10, 90), new Promise(0.5, 50, 50)), 100);
        assertThat(accuracy).isEqualTo(new EtaAccuracy(2, 0, 0, 1));
    }

    @Test
    void errorsArePartsOfWhatWasLeft() {
        EtaAccuracy accuracy = EtaAccuracy.of(
                List.of(new Promise(0.2, 20, 40), new Promise(0.5, 50, 60), new Promise(0.9, 90, 10)), 100);
        assertThat(accuracy.worst()).isCloseTo(0.5, within(1e-9));
        assertThat(accuracy.median()).isCloseTo(0.2, within(1e-9));
        assertThat(accuracy.near()).isCloseTo(2 / 3.0, within(1e-9));
    }

    @Test
    void whatIsOffByAMomentAtTheEndIsOff() {
        EtaAccuracy accuracy = EtaAccuracy.of(List.of(new Promise(0.99, 99.8, 0.4)), 100);
        assertThat(accuracy.worst()).isCloseTo(1, within(1e-9));
        assertThat(accuracy.near()).isZero();
    }

    @Test
    void ofSeveralFilmsEverythingThatWasToldCountsAndTheWorstOfAll() {
        EtaAccuracy together = EtaAccuracy.together(List.of(
                new EtaAccuracy(10, 0.1, 0.5, 0.9), new EtaAccuracy(30, 0.2, 0.3, 1), new EtaAccuracy(10, 9, 9, 0)));
        assertThat(together.told()).isEqualTo(50);
        assertThat(together.median()).isEqualTo(0.2);
        assertThat(together.worst()).isEqualTo(9);
        assertThat(together.near()).isCloseTo(39 / 50.0, within(1e-9));
    }

    @Test
    void aFilmThatToldNothingIsNotTrue() {
        assertThat(EtaAccuracy.of(List.of(), 10).near()).isNaN();
    }
}
