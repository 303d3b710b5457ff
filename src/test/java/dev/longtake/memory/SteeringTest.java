package dev.longtake.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.longtake.film.Film;
import dev.longtake.film.FilmId;
import dev.longtake.film.FilmState;
import dev.longtake.film.Fork;
import dev.longtake.film.InvalidFieldException;
import dev.longtake.film.More;
import dev.longtake.film.PromptChange;
import dev.longtake.film.SeedChange;
import dev.longtake.film.StartedException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Pausing, films without end, plans and names. */
class SteeringTest extends RedisTest {

    private FilmId filmWith(int chunks) throws Exception {
        FilmId id = await(films.create(film(80))).id();
        for (int i = 0; i < chunks; i++) {
            step(id);
        }
        return id;
    }

    @Test
    void aPauseLetsTheChunkInWorkBeFinished() throws Exception {
        FilmId id = filmWith(1);
        ChunkTask task = await(films.begin(id)).orElseThrow();
        assertThat(await(films.pause(id))).extracting(Film::state, Film::making).containsExactly(FilmState.PAUSED, 1);
        assertThat(await(films.commit(task, chunk(task)))).extracting(Film::state, Film::chunksDone, Film::making)
                .containsExactly(FilmState.PAUSED, 2, Film.NONE);
        assertThat(await(films.begin(id))).isEmpty();
        await(memory.sweeper().sweep());
        assertThat(await(films.pause(id)).state()).isEqualTo(FilmState.PAUSED);

        assertThat(await(films.resume(id)).state()).isEqualTo(FilmState.QUEUED);
        assertThat(await(memory.jobs().waiting())).contains(id);
        assertThat(step(id).chunksDone()).isEqualTo(3);
        assertThat(await(films.resume(id)).state()).as("nothing to resume").isEqualTo(FilmState.RUNNING);
    }

    @Test
    void aFilmThatIsResumedDuringItsChunkNeverRested() throws Exception {
        FilmId id = filmWith(1);
        ChunkTask task = await(films.begin(id)).orElseThrow();
        await(films.pause(id));
        assertThat(await(films.resume(id)).state()).isEqualTo(FilmState.RUNNING);
        assertThat(await(films.commit(task, chunk(task)))).extracting(Film::state, Film::chunksDone)
                .containsExactly(FilmState.RUNNING, 2);
    }

    @Test
    void theLastChunkOfAPausedFilmFinishesIt() throws Exception {
        FilmId id = await(films.create(film(16))).id();
        ChunkTask task = await(films.begin(id)).orElseThrow();
        await(films.pause(id));
        assertThat(await(films.commit(task, chunk(task))).state()).isEqualTo(FilmState.FINISHED);
        assertThat(await(films.pause(id)).state()).isEqualTo(FilmState.FINISHED);
    }

    @Test
    void aPausedFilmCanBeExtendedSteeredAndStopped() throws Exception {
        FilmId id = filmWith(1);
        await(films.pause(id));
        assertThat(await(films.extend(id, 8, Optional.of("snow")))).extracting(Film::state, f -> f.recipe().frames())
                .containsExactly(FilmState.PAUSED, 88);
        assertThat(await(films.changePrompt(id, new PromptChange(0, "rain"))).frame()).isEqualTo(16);
        assertThat(await(films.begin(id))).isEmpty();
        assertThat(await(films.stop(id)).state()).isEqualTo(FilmState.STOPPED);
        await(films.resume(id));
        assertThat(await(films.find(id)).state()).as("stopped for good").isEqualTo(FilmState.STOPPED);
    }

    @Test
    void anEndlessFilmEndsWhereItIsStopped() throws Exception {
        FilmId id = await(films.create(film(30_000).endless(true))).id();
        step(id);
        step(id);
        assertThat(await(films.find(id)).endless()).isTrue();
        Film stopped = await(films.stop(id));
        assertThat(stopped).extracting(Film::endless, Film::state, f -> f.recipe().frames())
                .containsExactly(false, FilmState.STOPPED, 24);
        assertThat(await(films.extend(id, 8, Optional.empty()))).extracting(Film::endless, f -> f.recipe().frames())
                .containsExactly(false, 32);

        Film early = await(films.create(film(30_000).endless(true)));
        assertThat(await(films.stop(early.id())).recipe().frames()).as("before its first chunk").isEqualTo(16);
    }

    @Test
    void anEndlessFilmEndsAtItsLimit() throws Exception {
        FilmId id = await(films.create(film(24).endless(true))).id();
        assertThat(step(id).endless()).isTrue();
        assertThat(step(id)).extracting(Film::endless, Film::state).containsExactly(false, FilmState.FINISHED);
        Film on = await(films.extend(id, new More(100, true, Optional.empty(), OptionalLong.of(5))));
        assertThat(on).extracting(Film::endless, Film::state, f -> f.recipe().frames())
                .containsExactly(true, FilmState.QUEUED, 124);
        assertThat(on.recipe().seeds()).containsExactly(new SeedChange(24, 5));
    }

    @Test
    void aTakeOfAnEndlessFilmIsEndlessUnlessItHasALength() throws Exception {
        FilmId id = await(films.create(film(30_000).endless(true))).id();
        Film film = step(id);
        Fork plain = new Fork(OptionalInt.empty(), OptionalInt.empty(), Optional.empty(), 1, OptionalLong.empty());
        assertThat(plain.of(film, "someone").endless()).isTrue();
        assertThat(Fork.COPY.of(film, "someone").endless()).isFalse();
        Film take = plain.of(film, "someone");
        await(films.fork(id, take));
        assertThat(await(films.find(take.id()))).isEqualTo(take);
    }

    @Test
    void whatHasNotStartedIsPlannedAnew() throws Exception {
        FilmId id = filmWith(2);
        for (int frame : new int[] {24, 40, 56}) {
            await(films.changePrompt(id, new PromptChange(frame, "prompt " + frame)));
        }
        await(films.begin(id));
        Film planned = await(films.replan(
                id, List.of(new PromptChange(48, "snow", 2), new PromptChange(33, "rain")), Optional.empty()));
        assertThat(planned.recipe().timeline().changes()).containsExactly(
                new PromptChange(0, "a red car"), new PromptChange(24, "prompt 24"),
                new PromptChange(33, "rain"), new PromptChange(48, "snow", 2));
        Film same = await(films.replan(id, planned.recipe().timeline().changes(), Optional.empty()));
        assertThat(same).as("what has started may be repeated").isEqualTo(planned);
        assertThat(await(films.replan(id, List.of(), Optional.empty())).recipe().timeline().changes()).hasSize(2);
    }

    @Test
    void whatHasStartedStays() throws Exception {
        FilmId id = filmWith(2);
        Film film = await(films.find(id));
        await(films.begin(id));
        for (PromptChange late : List.of(
                new PromptChange(0, "a cat"), new PromptChange(16, "rain"), new PromptChange(24, "rain"))) {
            assertThatThrownBy(() -> await(films.replan(id, List.of(late), Optional.empty())))
                    .hasCauseInstanceOf(StartedException.class).hasMessageContaining("from frame 32 on");
        }
        assertThat(await(films.find(id)).recipe()).isEqualTo(film.recipe());
        FilmId fresh = await(films.create(film(80))).id();
        assertThat(await(films.replan(fresh, List.of(new PromptChange(0, "a cat")), Optional.empty()))
                .recipe().timeline().changes()).containsExactly(new PromptChange(0, "a cat"));
        assertThatThrownBy(() -> await(films.replan(fresh, List.of(), Optional.empty())))
                .hasCauseInstanceOf(InvalidFieldException.class).hasMessageContaining("one at frame 0");
    }

    @Test
    void aPlanForAnotherTimelineIsRefused() throws Exception {
        FilmId id = filmWith(1);
        String seen = await(films.find(id)).recipe().timeline().version();
        assertThat(seen).hasSize(16);
        List<PromptChange> plan = List.of(new PromptChange(40, "snow"));
        step(id);
        Film planned = await(films.replan(id, plan, Optional.of(seen)));
        assertThatThrownBy(() -> await(films.replan(id, List.of(), Optional.of(seen))))
                .hasCauseInstanceOf(ChangedMeanwhileException.class);
        assertThat(await(films.find(id)).recipe()).isEqualTo(planned.recipe());
        await(films.replan(id, List.of(), Optional.of(planned.recipe().timeline().version())));
        assertThat(await(films.find(id)).recipe().timeline().version()).isEqualTo(seen);
    }

    @Test
    void aFilmHasANameUntilItIsTakenAway() throws Exception {
        FilmId id = filmWith(1);
        assertThat(await(films.rename(id, "  The long way home ")).title()).isEqualTo("The long way home");
        assertThat(step(id).title()).isEqualTo("The long way home");
        assertThatThrownBy(() -> await(films.rename(id, "x".repeat(121))))
                .hasCauseInstanceOf(InvalidFieldException.class).hasMessageContaining("at most 120 characters");
        assertThat(await(films.rename(id, "")).title()).isEmpty();
    }
}
