package dev.longtake.film;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChunkPlanTest {

    private static final ChunkPlan PLAN = new ChunkPlan(16, 8);

    @ParameterizedTest
    @CsvSource({"1, 1", "15, 1", "16, 1", "17, 2", "24, 2", "25, 3", "80, 9", "1000000, 124999"})
    void makesAsManyChunksAsAFilmNeeds(int frames, int chunks) {
        assertThat(PLAN.chunksFor(frames)).isEqualTo(chunks);
    }

    @Test
    void showsEveryFrameOnce() {
        for (ChunkPlan plan : new ChunkPlan[] {PLAN, new ChunkPlan(16, 1), new ChunkPlan(16, 15), new ChunkPlan(5, 2)}) {
            for (int frames = 1; frames < 100; frames++) {
                int shown = 0;
                for (int chunk = 0; chunk < plan.chunksFor(frames); chunk++) {
                    assertThat(plan.firstFrame(chunk)).isEqualTo(shown);
                    assertThat(plan.shownFrames(chunk, frames)).isPositive();
                    shown += plan.shownFrames(chunk, frames);
                }
                assertThat(shown).isEqualTo(frames);
                assertThat(plan.shownFrames(plan.chunksFor(frames), frames)).isZero();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1", "16, 1", "17, 2", "24, 2", "25, 3"})
    void aFrameBelongsToTheNextChunkThatStarts(int frame, int chunk) {
        assertThat(PLAN.firstChunkFrom(frame)).isEqualTo(chunk);
        assertThat(PLAN.firstFrame(chunk)).isGreaterThanOrEqualTo(frame);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "16, 0", "16, 16", "16, -1"})
    void refusesImpossiblePlans(int frames, int conditioningFrames) {
        assertThatThrownBy(() -> new ChunkPlan(frames, conditioningFrames))
                .isInstanceOf(InvalidFieldException.class);
    }
}
