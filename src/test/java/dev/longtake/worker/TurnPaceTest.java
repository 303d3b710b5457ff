package dev.longtake.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.longtake.film.EnhancementPlan;
import dev.longtake.film.Mode;
import dev.longtake.film.Recipe;
import dev.longtake.film.Timeline;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class TurnPaceTest {

    private static final Recipe RECIPE = recipe(12);

    private final TurnPace pace = new TurnPace();

    @Test
    void withoutExperienceTheRunningTurnSaysAll() {
        TurnPace.Outlook half = pace.outlook(TurnKind.chunk(RECIPE, true), 2, 6, 12);
        assertThat(half.seconds()).isCloseTo(4, within(1.0));
        assertThat(half.rest()).isEqualTo(half.seconds() - 2);
        assertThat(pace.later(kind(RECIPE), half, kind(RECIPE))).as("a turn like this one").isEqualTo(half.seconds());
    }

    @Test
    void turnsTakeAsLongAsTheyDid() {
        learn(6, RECIPE, 3);
        assertThat(seconds(RECIPE, 0.3, 1)).as("after a first step as usual").isCloseTo(3, within(0.1));
        assertThat(seconds(RECIPE, 0.1, 1)).as("after a first step that was quick").isCloseTo(3, within(0.2));
        assertThat(seconds(RECIPE, 2.6, 12)).isCloseTo(3, within(0.1));
    }

    @Test
    void itIsKnownWhatComesBeforeAndAfterTheSteps() {
        // Two seconds of preparation, three of steps, five of encoding.
        for (int i = 0; i < 6; i++) {
            pace.learn(TurnKind.chunk(recipe(3), false), new double[] {3, 4, 5}, 10);
        }
        assertThat(pace.outlook(TurnKind.chunk(recipe(3), false), 3, 1, 3).rest()).isCloseTo(7, within(1e-9));
        assertThat(pace.outlook(TurnKind.chunk(recipe(3), false), 5, 3, 3).rest()).isCloseTo(5, within(1e-9));
    }

    @Test
    void aTurnThatIsSlowIsNotOverBecauseItsTimeIs() {
        learn(6, RECIPE, 3);
        TurnPace.Outlook late = pace.outlook(TurnKind.chunk(RECIPE, false), 3.5, 6, 12);
        assertThat(late.rest()).isGreaterThan(1);
        assertThat(late.slowness()).isGreaterThan(1);
    }

    @Test
    void theFirstTurnOfAProcessIsSoonForgotten() {
        learn(1, RECIPE, 10);
        learn(2, RECIPE, 2);
        assertThat(seconds(RECIPE, 0.95, 6)).isCloseTo(2, within(0.3));
    }

    @Test
    void aSlowerMachineIsNoticedWithinAFewTurns() {
        learn(20, RECIPE, 1);
        learn(12, RECIPE, 4);
        assertThat(seconds(RECIPE, 1.9, 6)).isCloseTo(4, within(0.5));
    }

    @Test
    void filmsThatAreMadeOtherwiseHaveTheirOwnPace() {
        learn(2, RECIPE, 3);
        learn(1, recipe(50), 12);
        assertThat(seconds(recipe(50), 5.8, 25)).isCloseTo(12, within(0.5));
        TurnPace.Outlook now = pace.outlook(TurnKind.chunk(RECIPE, false), 1.4, 6, 12);
        assertThat(now.seconds()).isCloseTo(3, within(0.2));
        assertThat(pace.later(kind(recipe(50)), now, kind(RECIPE))).isCloseTo(12, within(0.5));
    }

    @Test
    void turnsThatNobodyKnowsAreJudgedByTheirPasses() {
        learn(6, fast(4), 2);
        TurnPace.Outlook now = pace.outlook(TurnKind.chunk(fast(4), false), 1, 2, 4);
        assertThat(pace.later(kind(recipe(12)), now, kind(fast(4)))).as("24 passes are not 4")
                .isBetween(4.0, 12.0);
        assertThat(pace.later(kind(fast(4)), now, kind(fast(4)))).isEqualTo(now.seconds());
    }

    @Test
    void aFilmsFirstTurnIsAKindOfItsOwn() {
        for (int i = 0; i < 6; i++) {
            pace.learn(TurnKind.chunk(RECIPE, true), steps(2), 2);
        }
        learn(6, RECIPE, 3);
        TurnPace.Outlook opening = pace.outlook(TurnKind.chunk(RECIPE, true), 0.95, 6, 12);
        assertThat(opening.seconds()).isCloseTo(2, within(0.1));
        assertThat(pace.later(kind(RECIPE), opening, kind(RECIPE))).isCloseTo(3, within(0.1));
    }

    @Test
    void refiningIsAKindOfItsOwn() {
        TurnKind refining = TurnKind.enhancement(new EnhancementPlan(24, 8, 2));
        learn(6, RECIPE, 3);
        TurnPace.Outlook chunk = pace.outlook(kind(RECIPE), 1.4, 6, 12);
        assertThat(pace.later(refining, chunk, kind(RECIPE))).as("a guess, by passes").isBetween(0.5, 3.0);
        for (int i = 0; i < 6; i++) {
            // Of other turns of the kind it says nothing how many steps this one had.
            pace.learn(refining, new double[0], 7);
        }
        assertThat(pace.later(refining, chunk, kind(RECIPE))).isCloseTo(7, within(0.5));
        assertThat(pace.outlook(refining, 3.5, 3, 6).seconds()).isCloseTo(7, within(1.0));
        assertThat(pace.later(kind(RECIPE), pace.outlook(refining, 3.5, 1, 2), refining)).isCloseTo(3, within(0.5));
    }

    private double seconds(Recipe recipe, double elapsed, int step) {
        return pace.outlook(TurnKind.chunk(recipe, false), elapsed, step, recipe.steps()).seconds();
    }

    private void learn(int turns, Recipe recipe, double seconds) {
        for (int i = 0; i < turns; i++) {
            pace.learn(TurnKind.chunk(recipe, false), steps(recipe.steps(), seconds), seconds);
        }
    }

    private static double[] steps(double seconds) {
        return steps(RECIPE.steps(), seconds);
    }

    /** Evenly, with a twelfth of the time left for what comes after the last one. */
    private static double[] steps(int count, double seconds) {
        double[] steps = new double[count];
        Arrays.setAll(steps, i -> seconds * (i + 1) / (count + 1));
        return steps;
    }

    private static TurnKind kind(Recipe recipe) {
        return TurnKind.chunk(recipe, false);
    }

    private static Recipe recipe(int steps) {
        return new Recipe("toy", Timeline.of("a red car"), "", 80, 7, steps, 4);
    }

    private static Recipe fast(int steps) {
        return new Recipe("toy", Timeline.of("a red car"), "", 80, 7, Mode.FAST, steps, 4);
    }
}
