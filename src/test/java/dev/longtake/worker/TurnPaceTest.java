package dev.longtake.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.longtake.film.Recipe;
import dev.longtake.film.Timeline;
import org.junit.jupiter.api.Test;

class TurnPaceTest {

    private static final Recipe RECIPE = recipe(12);

    private final TurnPace pace = new TurnPace();

    @Test
    void withoutExperienceTheRunningTurnSaysAll() {
        assertThat(pace.secondsPerTurn(RECIPE, 2, 6, 12)).isCloseTo(4, within(1.0));
    }

    @Test
    void turnsTakeAsLongAsTheyDid() {
        for (int i = 0; i < 6; i++) {
            pace.learn(RECIPE, 3);
        }
        assertThat(pace.secondsPerTurn(RECIPE, 0.1, 1, 12)).as("a first step that was quick").isCloseTo(3, within(0.1));
        assertThat(pace.secondsPerTurn(RECIPE, 2.6, 12, 12)).isCloseTo(3, within(0.1));
    }

    @Test
    void theFirstTurnOfAProcessIsSoonForgotten() {
        pace.learn(RECIPE, 10);
        pace.learn(RECIPE, 2);
        pace.learn(RECIPE, 2);
        assertThat(pace.secondsPerTurn(RECIPE, 0.9, 6, 12)).isCloseTo(2, within(0.7));
    }

    @Test
    void aSlowerMachineIsNoticedWithinAFewTurns() {
        for (int i = 0; i < 20; i++) {
            pace.learn(RECIPE, 1);
        }
        for (int i = 0; i < 10; i++) {
            pace.learn(RECIPE, 4);
        }
        assertThat(pace.secondsPerTurn(RECIPE, 1.7, 6, 12)).isCloseTo(4, within(0.5));
    }

    @Test
    void filmsThatAreMadeOtherwiseHaveTheirOwnPace() {
        pace.learn(RECIPE, 3);
        pace.learn(RECIPE, 3);
        pace.learn(recipe(50), 12);
        assertThat(pace.secondsPerTurn(recipe(50), 5.2, 25, 50)).isCloseTo(12, within(0.5));
        assertThat(pace.secondsPerTurn(RECIPE, 1.3, 6, 12)).isCloseTo(3, within(0.2));
    }

    private static Recipe recipe(int steps) {
        return new Recipe("toy", Timeline.of("a red car"), "", 80, 7, steps, 4);
    }
}
