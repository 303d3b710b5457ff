package dev.longtake.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longtake.film.Enhancement;
import dev.longtake.film.EnhancementPlan;
import dev.longtake.film.Film;
import dev.longtake.film.FilmState;
import dev.longtake.film.FrameRange;
import dev.longtake.film.Recipe;
import dev.longtake.film.Timeline;
import dev.longtake.memory.ChunkTask;
import dev.longtake.memory.EnhancementTask;
import dev.longtake.memory.Traffic;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A film of 80 frames in 9 chunks of 2 seconds each; 16 frames are refined in 5, and need 40 from their first on. */
class FilmTimeTest {

    private static final EnhancementPlan WINDOWS = new EnhancementPlan(24, 8, 2);
    private static final Recipe RECIPE = new Recipe("toy", Timeline.of("a red car"), "", 80, 7, 2, 4);
    private static final Traffic.Load ALONE = new Traffic.Load(List.of(), 0, 1);
    private static final Traffic.Load TWO_WORKERS = new Traffic.Load(List.of(), 0, 2);
    private static final TurnKind CHUNK = TurnKind.chunk(RECIPE, false);
    private static final TurnKind REFINING = TurnKind.enhancement(WINDOWS);
    private static final TurnPace.Outlook BEGUN = new TurnPace.Outlook(2, 2, 1);
    private static final TurnPace.Outlook BEGUN_REFINING = new TurnPace.Outlook(5, 5, 1);

    private final TurnPace pace = new TurnPace();

    FilmTimeTest() {
        for (int i = 0; i < 9; i++) {
            pace.learn(CHUNK, new double[] {1, 1.5}, 2);
            pace.learn(REFINING, new double[0], 5);
        }
    }

    @Test
    void aFilmWaitsForThoseOfItsFramesThatAreRefinedBeforeItsLastChunk() {
        // Chunk 3 is the fourth; before chunk 8 there are 72 frames, of which 48 can be refined.
        assertThat(chunks(film(32, 0), ALONE)).isEqualTo(2 + 5 * 2 + 3 * 5);
        assertThat(chunks(film(32, 16), ALONE)).isEqualTo(2 + 5 * 2 + 2 * 5);
        assertThat(chunks(film(32, 0), TWO_WORKERS)).as("while another worker refines").isEqualTo(2 + 5 * 2);
        assertThat(chunks(film(32, 0).enhanced(Optional.empty()), ALONE)).isEqualTo(2 + 5 * 2);
        assertThat(chunks(film(32, 0).enhanced(Optional.of(new Enhancement(WINDOWS, 0, "failed"))), ALONE))
                .isEqualTo(2 + 5 * 2);
    }

    @Test
    void refinementEndsAfterTheFilmWithWhatItHadToLookAheadTo() {
        // Four chunks are to come; the first 16 frames are being refined, four times as many are left.
        Film film = film(48, 0);
        assertThat(refinement(film, new FrameRange(0, 16), ALONE)).isEqualTo(5 + 4 * 2 + 4 * 5);
        // Two strides hang on the last chunk.
        assertThat(refinement(film, new FrameRange(0, 16), TWO_WORKERS)).isEqualTo(5 + Math.max(4 * 5, 4 * 2 + 2 * 5));
        assertThat(refinement(film(48, 32), new FrameRange(32, 48), TWO_WORKERS)).isEqualTo(5 + 4 * 2 + 2 * 5);
    }

    @Test
    void aFilmThatHasEndedIsRefinedToTheEndOfWhatItHas() {
        assertThat(refinement(film(56, 16).in(FilmState.STOPPED, ""), new FrameRange(16, 32), ALONE))
                .isEqualTo(5 + 2 * 5);
        assertThat(refinement(film(80, 48).in(FilmState.FINISHED, ""), new FrameRange(48, 80), ALONE)).isEqualTo(5);
    }

    private double chunks(Film film, Traffic.Load load) {
        return FilmTime.chunks(pace, new ChunkTask(film, film.chunksDone(), false, 1), load).seconds(BEGUN, CHUNK);
    }

    private double refinement(Film film, FrameRange range, Traffic.Load load) {
        return FilmTime.enhancement(pace, new EnhancementTask(film, range, 1), load)
                .seconds(BEGUN_REFINING, REFINING);
    }

    private static Film film(int framesDone, int refined) {
        Film film = Film.create("me", RECIPE, PaintedChunks.PLAN);
        return film.grown(film.plan().chunksFor(framesDone), framesDone, FilmState.RUNNING)
                .enhanced(Optional.of(new Enhancement(WINDOWS, refined, "")));
    }
}
