package dev.longtake.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longtake.film.EnhancementPlan;
import org.junit.jupiter.api.Test;

class TurnClockTest {

    private static final EnhancementPlan TWO_STEPS = new EnhancementPlan(24, 8, 2);
    private static final TurnKind REFINING = TurnKind.enhancement(TWO_STEPS);
    private static final TurnPace.Outlook UNKNOWN = new TurnPace.Outlook(1e9, 1e9, 1);

    private final TurnPace pace = new TurnPace();
    private final TurnClock clock = new TurnClock();

    @Test
    void aTurnThatRefinedThreeWindowsTellsHowLongOneTakes() {
        for (int step = 1; step <= 6; step++) {
            clock.step(step, 6);
        }
        clock.refined(TWO_STEPS);
        clock.teach(pace);
        assertThat(3 * pace.later(REFINING, UNKNOWN, REFINING)).isPositive().isLessThanOrEqualTo(clock.elapsed());
    }

    @Test
    void aTurnThatWasGivenUpOrTookNoStepTellsNothing() {
        clock.step(1, 2);
        clock.teach(pace);
        assertThat(pace.later(REFINING, UNKNOWN, REFINING)).isEqualTo(UNKNOWN.seconds());
        TurnClock stepless = new TurnClock();
        stepless.refined(TWO_STEPS);
        stepless.teach(pace);
        assertThat(pace.later(REFINING, UNKNOWN, REFINING)).isEqualTo(UNKNOWN.seconds());
    }
}
