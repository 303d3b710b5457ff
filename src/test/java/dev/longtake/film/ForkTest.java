package dev.longtake.film;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ForkTest {

    private static final ChunkPlan PLAN = new ChunkPlan(16, 8);
    private static final Timeline TIMELINE = Timeline.of("a red car")
            .with(new PromptChange(24, "now it snows")).with(new PromptChange(40, "the sun rises"));

    private final Film film = film(43);

    private static Film film(int framesDone) {
        return Film.create("ann", new Recipe("toy", TIMELINE, "fog", 80, 7, 4, 3), PLAN)
                .grown(PLAN.chunksFor(framesDone), framesDone, FilmState.RUNNING);
    }

    private static Fork fork(int atFrame, int frames) {
        return new Fork(OptionalInt.of(atFrame), OptionalInt.of(frames), Optional.empty(), 1, OptionalLong.empty());
    }

    @Test
    void aTakeHasWhatCameBeforeAndWaitsForTheRest() {
        Film take = fork(32, 16).of(film, "ann");
        assertThat(take).extracting(Film::chunksDone, Film::framesDone, Film::state, Film::owner)
                .containsExactly(3, 32, FilmState.QUEUED, "ann");
        assertThat(take.recipe()).isEqualTo(film.recipe().withFrames(48));
        assertThat(take.lineage()).isEqualTo(new Lineage(film.id(), Optional.of(film.id()), 32));
        assertThat(fork(24, 8).of(take, "ann").lineage())
                .as("a take of a take").isEqualTo(new Lineage(film.id(), Optional.of(take.id()), 24));
    }

    @Test
    void aTakeIsAsLongAsTheFilmUnlessSaidOtherwise() {
        Fork plain = new Fork(OptionalInt.of(32), OptionalInt.empty(), Optional.empty(), 1, OptionalLong.empty());
        assertThat(plain.of(film, "ann").recipe()).isEqualTo(film.recipe());
    }

    @Test
    void withoutABorderATakeGoesOnFromTheEnd() {
        Film take = Fork.COPY.of(film, "ann");
        assertThat(take).extracting(Film::chunksDone, Film::framesDone, Film::state)
                .containsExactly(5, 43, FilmState.FINISHED);
    }

    @Test
    void aTakeThatEndsAtABorderForgetsWhatWasPlannedAfterIt() {
        Film undone = fork(40, 0).of(film, "ann");
        assertThat(undone).extracting(Film::chunksDone, Film::framesDone, Film::state)
                .containsExactly(4, 40, FilmState.FINISHED);
        assertThat(undone.recipe().timeline().changes()).extracting(PromptChange::prompt)
                .containsExactly("a red car", "now it snows");
        assertThat(undone.recipe().frames()).isEqualTo(40);
    }

    @Test
    void anotherPromptReplacesWhatWasPlanned() {
        Fork rain = new Fork(OptionalInt.of(24), OptionalInt.of(40), Optional.of("rain"), 2, OptionalLong.empty());
        assertThat(rain.of(film, "ann").recipe().timeline().changes())
                .containsExactly(new PromptChange(0, "a red car"), new PromptChange(24, "rain", 2));
    }

    @Test
    void anotherSeedActsFromTheFirstOwnChunk() {
        Fork reseed = new Fork(OptionalInt.of(24), OptionalInt.of(40), Optional.empty(), 1, OptionalLong.of(9));
        Film take = reseed.of(film, "ann");
        Recipe recipe = take.recipe();
        assertThat(recipe.seeds()).containsExactly(new SeedChange(24, 9));
        assertThat(recipe.timeline()).isEqualTo(TIMELINE);
        assertThat(List.of(recipe.seedAt(0, PLAN), recipe.seedAt(1, PLAN), recipe.seedAt(2, PLAN), recipe.seedAt(9, PLAN)))
                .containsExactly(7L, 7L, 9L, 9L);

        Film again = new Fork(OptionalInt.of(16), OptionalInt.of(8), Optional.empty(), 1, OptionalLong.of(5))
                .of(take.grown(5, 48, FilmState.RUNNING), "ann");
        assertThat(again.recipe().seeds()).containsExactly(new SeedChange(16, 5));
        assertThat(reseed.of(take.grown(5, 48, FilmState.RUNNING), "ann").recipe()).as("the same seed again")
                .isEqualTo(recipe);
    }

    @Test
    void aTakeFromTheBeginningIsAnotherFilm() {
        Film take = new Fork(OptionalInt.of(0), OptionalInt.of(16), Optional.of("a cat"), 1, OptionalLong.of(9))
                .of(film, "ann");
        assertThat(take).extracting(Film::chunksDone, Film::framesDone).containsExactly(0, 0);
        assertThat(take.recipe()).isEqualTo(new Recipe("toy", Timeline.of("a cat"), "fog", 16, 9, 4, 3));
    }

    @Test
    void inAnothersHandsATakeHidesWhereItCameFrom() {
        Film remix = fork(32, 8).of(film, "bob");
        assertThat(remix.owner()).isEqualTo("bob");
        assertThat(remix.lineage()).isEqualTo(Lineage.original(remix.id()));
        assertThat(remix.chunksDone()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(ints = {-8, 8, 17, 42, 44, 48, 1_000_000})
    void refusesWhatIsNoBorder(int frame) {
        assertThatThrownBy(() -> fork(frame, 8).of(film, "ann")).isInstanceOf(InvalidFieldException.class)
                .hasMessage("atFrame must be 0, or 16 and a multiple of 8 more, up to 43, but was " + frame);
    }

    @Test
    void refusesAnEmptyTakeAndOneThatIsTooLong() {
        assertThatThrownBy(() -> fork(0, 0).of(film, "ann")).hasMessage("frames must be 1 to 1000000, but was 0");
        assertThatThrownBy(() -> fork(16, 999_985).of(film, "ann"))
                .hasMessage("frames must be 0 to 999984, but was 999985");
        assertThatThrownBy(() -> fork(16, -1).of(film, "ann")).isInstanceOf(InvalidFieldException.class);
        assertThatThrownBy(() -> fork(16, 8).of(film(10), "ann")).hasMessageContaining("0 or 10");
    }
}
