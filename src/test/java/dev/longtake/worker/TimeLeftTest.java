package dev.longtake.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longtake.film.EnhancementPlan;
import dev.longtake.film.Recipe;
import dev.longtake.film.Timeline;
import dev.longtake.memory.Traffic;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Every chunk of a short film takes 2 seconds, every one of a thorough film 10; a turn of refinement takes 5. */
class TimeLeftTest {

    private static final Recipe QUICK = recipe(2);
    private static final Recipe THOROUGH = recipe(8);
    private static final EnhancementPlan WINDOWS = new EnhancementPlan(24, 8, 2);
    private static final TurnPace.Outlook HALF = new TurnPace.Outlook(2, 1, 1);

    private final TurnPace pace = new TurnPace();

    TimeLeftTest() {
        // The first turn of all counts for little.
        for (int i = 0; i < 9; i++) {
            pace.learn(TurnKind.chunk(QUICK, false), new double[] {1, 1.5}, 2);
            pace.learn(TurnKind.enhancement(WINDOWS), new double[0], 5);
            pace.learn(TurnKind.chunk(THOROUGH, false), new double[] {1, 2, 3, 4, 5, 6, 7, 8}, 10);
        }
    }

    @Test
    void aFilmAloneNeedsItsOwnTurns() {
        assertThat(left(4, new Traffic.Load(List.of(), 0, 1))).isEqualTo(1 + 4 * 2);
    }

    @Test
    void anotherFilmTakesItsTurnsInBetween() {
        assertThat(left(4, beside(1, work(QUICK, 100)))).isEqualTo(1 + 4 * (2 + 2));
    }

    @Test
    void turnsOfAnotherKindTakeAsLongAsTheyDo() {
        assertThat(left(4, beside(1, work(THOROUGH, 100)))).isEqualTo(1 + 4 * (2 + 10));
    }

    @Test
    void aFilmThatEndsSoonerHoldsNobodyUpAnyLonger() {
        assertThat(left(4, beside(1, work(THOROUGH, 1), work(QUICK, 3)))).isEqualTo(1 + 4 * 2 + 10 + 3 * 2);
    }

    @Test
    void theLastTurnWaitsForNobody() {
        assertThat(left(0, beside(1, work(THOROUGH, 100)))).isEqualTo(1);
    }

    @Test
    void workersShareTheWork() {
        assertThat(left(4, beside(2, work(QUICK, 100), work(QUICK, 100), work(QUICK, 100))))
                .isEqualTo(1 + 4 * (4 * 2) / 2.0);
        assertThat(left(4, beside(2, work(THOROUGH, 100)))).as("a worker for each").isEqualTo(1 + 4 * 2);
        assertThat(left(4, beside(3, work(QUICK, 1), work(QUICK, 1), work(QUICK, 1))))
                .as("chunks of a film come one after the other").isEqualTo(1 + 4 * 2);
    }

    @Test
    void aFilmsOwnRefinementTakesItsTurnsInBetween() {
        Traffic.Load alone = new Traffic.Load(List.of(), 0, 1);
        assertThat(left(4, alone.with(refinement(3)))).isEqualTo(1 + 4 * 2 + 3 * 5);
        assertThat(left(4, alone.with(refinement(30)))).as("turn by turn").isEqualTo(1 + 4 * (2 + 5));
        assertThat(left(4, new Traffic.Load(List.of(), 0, 2).with(refinement(30))))
                .as("by a worker of its own").isEqualTo(1 + 4 * 2);
    }

    @Test
    void aRefinementAwaitsTheChunksAndThenLooksBackAtWhatWasAhead() {
        assertThat(refining(6, 10, 3, 1)).as("by the same worker").isEqualTo(1 + 6 * 5 + 10 * 2);
        assertThat(refining(6, 30, 3, 2)).as("of a film that another worker makes").isEqualTo(1 + 30 * 2 + 3 * 5);
        assertThat(refining(20, 30, 3, 2)).as("slower than the film is made").isEqualTo(1 + 20 * 5);
        assertThat(refining(6, 0, 3, 1)).as("of a film that is made").isEqualTo(1 + 6 * 5);
        assertThat(refining(0, 0, 0, 1)).isEqualTo(1);
    }

    @Test
    void othersHoldARefinementUpWhileItAwaitsTheChunks() {
        double seconds = refining(6, 10, 3, beside(1, work(QUICK, 100)));
        assertThat(seconds).isEqualTo(1 + 6 * 5 + 10 * 2 + 16 * 2);
    }

    private double refining(int turns, int chunks, int tail, int workers) {
        return refining(turns, chunks, tail, new Traffic.Load(List.of(), 0, workers));
    }

    private double refining(int turns, int chunks, int tail, Traffic.Load load) {
        return new TimeLeft(pace, refinement(turns), work(QUICK, chunks), tail, load)
                .seconds(new TurnPace.Outlook(5, 1, 1), TurnKind.enhancement(WINDOWS));
    }

    private static Traffic.Work refinement(int turns) {
        return new Traffic.Work(QUICK, Optional.of(WINDOWS), turns);
    }

    @Test
    void aSlowMachineIsSlowForAll() {
        TurnPace.Outlook slow = new TurnPace.Outlook(3, 1.5, 1.5);
        assertThat(new TimeLeft(pace, work(QUICK, 4), beside(1, work(THOROUGH, 9)))
                .seconds(slow, TurnKind.chunk(QUICK, false)))
                .isEqualTo(1.5 + 1.5 * 4 * (2 + 10));
    }

    @Test
    void filmsThatWereNotLookedAtAreLikeThoseThatWere() {
        Traffic.Load load = new Traffic.Load(Collections.nCopies(10, work(QUICK, 50)), 30, 1);
        assertThat(left(4, load)).isEqualTo(1 + 4 * (2 + 30 * 2));
    }

    private double left(int turns, Traffic.Load load) {
        return new TimeLeft(pace, work(QUICK, turns), load).seconds(HALF, TurnKind.chunk(QUICK, false));
    }

    private static Traffic.Load beside(int workers, Traffic.Work... films) {
        return new Traffic.Load(List.of(films), films.length, workers);
    }

    private static Traffic.Work work(Recipe recipe, int chunks) {
        return Traffic.Work.chunks(recipe, chunks);
    }

    private static Recipe recipe(int steps) {
        return new Recipe("toy", Timeline.of("a red car"), "", 80, 7, steps, 4);
    }
}
