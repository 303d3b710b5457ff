package dev.longtake.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.longtake.film.Film;
import dev.longtake.film.FilmId;
import dev.longtake.film.FilmState;
import dev.longtake.film.InvalidFieldException;
import dev.longtake.film.Mode;
import dev.longtake.film.PromptChange;
import dev.longtake.film.Recipe;
import dev.longtake.film.Snapshot;
import dev.longtake.film.Timeline;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FilmMemoryTest extends RedisTest {

    @Test
    void remembersAFilmAsItIs() throws Exception {
        Timeline timeline = Timeline.of("a \"red\" car 🚗").with(new PromptChange(24, "now it snows", 3));
        Recipe recipe = new Recipe("storybook", timeline, "blurry", 80, Long.MIN_VALUE, 16, 4.25);
        Film film = Film.create("someone", recipe, PLAN);
        await(films.create(film));
        assertThat(await(films.find(film.id()))).isEqualTo(film);
    }

    @Test
    void remembersTheModeOfAFilmThatGoesOn() throws Exception {
        Film film = film(80);
        Recipe recipe = film.recipe();
        Recipe fast = new Recipe(
                recipe.pack(), recipe.timeline(), "", recipe.frames(), recipe.seed(), Mode.FAST, 6, recipe.guidanceScale());
        Film quick = Film.create("someone", fast, PLAN);
        await(films.create(quick));
        assertThat(await(films.find(quick.id()))).isEqualTo(quick);
        await(films.create(film));
        assertThat(await(films.extend(quick.id(), 8, Optional.of("it snows"))).recipe().mode()).isEqualTo(Mode.FAST);
        assertThat(await(films.extend(film.id(), 8, Optional.of("it snows"))).recipe().mode()).isEqualTo(Mode.CAREFUL);
    }

    @Test
    void filmsFromBeforeThereWereModesAreCareful() throws Exception {
        Film film = film(80);
        await(films.create(film));
        String key = "film:{" + film.id() + "}";
        String stored = await(redis.send(Request.cmd(Command.HGET).arg(key).arg("recipe"))).toString();
        String older = stored.replace("\"mode\":\"CAREFUL\",", "");
        assertThat(older).isNotEqualTo(stored);
        await(redis.send(Request.cmd(Command.HSET).arg(key).arg("recipe").arg(older)));
        assertThat(await(films.find(film.id()))).isEqualTo(film);
        assertThat(film.recipe().mode()).isEqualTo(Mode.CAREFUL);
    }

    @Test
    void anUnknownFilmIsAnError() {
        FilmId id = FilmId.create();
        for (Future<?> future : List.of(films.find(id), films.stop(id), films.delete(id), films.begin(id),
                films.extend(id, 8, Optional.empty()), films.changePrompt(id, new PromptChange(0, "x")))) {
            assertThatThrownBy(() -> await(future)).hasCause(new UnknownFilmException(id));
        }
    }

    @Test
    void listsTheFilmsOfAnOwnerNewestFirst() throws Exception {
        List<Film> made = IntStream.range(0, 5).mapToObj(i -> film(16)).toList();
        for (Film film : made) {
            await(films.create(film));
        }
        await(films.create(Film.create("someone else", recipe(16), PLAN)));

        List<Film> page = await(films.list("someone", 3, Optional.empty()));
        assertThat(page).extracting(Film::id).containsExactly(made.get(4).id(), made.get(3).id(), made.get(2).id());
        assertThat(await(films.list("someone", 3, Optional.of(page.get(2).id()))))
                .extracting(Film::id)
                .containsExactly(made.get(1).id(), made.get(0).id());
        assertThat(await(films.list("nobody", 3, Optional.empty()))).isEmpty();
    }

    @Test
    void aFilmGrowsChunkByChunk() throws Exception {
        FilmId id = await(films.create(film(27))).id();
        assertThat(step(id)).extracting(Film::state, Film::chunksDone, Film::framesDone)
                .containsExactly(FilmState.RUNNING, 1, 16);
        assertThat(step(id)).extracting(Film::state, Film::chunksDone, Film::framesDone)
                .containsExactly(FilmState.RUNNING, 2, 24);
        assertThat(step(id)).extracting(Film::state, Film::chunksDone, Film::framesDone)
                .containsExactly(FilmState.FINISHED, 3, 27);
        assertThat(await(films.begin(id))).isEmpty();
    }

    @Test
    void keepsWhatAChunkLeavesBitForBit() throws Exception {
        FilmId id = await(films.create(film(80))).id();
        assertThat(await(films.init(id))).isEmpty();
        step(id);
        step(id);
        CommittedChunk second = chunk(1, 8);
        Snapshot snapshot = await(films.snapshot(id, 1)).orElseThrow();
        assertThat(snapshot.chunk()).isEqualTo(1);
        assertThat(snapshot.latents()).containsExactly(second.snapshot().latents());
        assertThat(snapshot.anchor()).containsExactly(second.snapshot().anchor());
        assertThat(await(films.segment(id, 1))).contains(Buffer.buffer(second.segment()));
        assertThat(await(films.init(id))).contains(Buffer.buffer(second.init()));
        assertThat(await(films.poster(id))).contains(Buffer.buffer(chunk(0, 16).poster().orElseThrow()));
        assertThat(await(films.segment(id, 2))).isEmpty();
        assertThat(await(films.snapshot(id, 2))).isEmpty();
    }

    @Test
    void committingTwiceIsHarmless() throws Exception {
        FilmId id = await(films.create(film(80))).id();
        ChunkTask task = await(films.begin(id)).orElseThrow();
        Film once = await(films.commit(task, chunk(task)));
        String event = await(memory.events().latest(id));
        assertThat(await(films.commit(task, chunk(task)))).isEqualTo(once);
        assertThat(await(memory.events().latest(id))).isEqualTo(event);
    }

    @Test
    void onlyTheLatestWorkerOfAFilmCounts() throws Exception {
        FilmId id = await(films.create(film(80))).id();
        ChunkTask slow = await(films.begin(id)).orElseThrow();
        ChunkTask takenOver = await(films.begin(id)).orElseThrow();
        assertThat(await(films.commit(slow, chunk(slow))).chunksDone()).isZero();
        assertThat(await(films.commit(takenOver, chunk(takenOver))).chunksDone()).isEqualTo(1);
        assertThat(await(films.fail(slow, "too late")).state()).isEqualTo(FilmState.RUNNING);
    }

    @Test
    void changesAtTheSameTimeAllCount() throws Exception {
        FilmId id = await(films.create(film(16))).id();
        List<Future<Film>> extensions = IntStream.range(0, 20)
                .mapToObj(i -> films.extend(id, 8, Optional.empty()))
                .toList();
        await(Future.all(extensions));
        assertThat(await(films.find(id)).recipe().frames()).isEqualTo(16 + 20 * 8);
    }

    @Test
    void aPromptActsFromTheFirstChunkNotStarted() throws Exception {
        FilmId id = await(films.create(film(80))).id();
        assertThat(await(films.changePrompt(id, new PromptChange(0, "a blue car"))).frame()).isZero();

        ChunkTask first = await(films.begin(id)).orElseThrow();
        assertThat(first.film().recipe().timeline()).isEqualTo(Timeline.of("a blue car"));
        assertThat(await(films.changePrompt(id, new PromptChange(0, "snow", 2))))
                .isEqualTo(new PromptChange(16, "snow", 2));
        // The worker dies; the chunk is made again, from the same prompts.
        assertThat(await(films.begin(id)).orElseThrow().film().recipe().timeline().at(0, PLAN).to())
                .isEqualTo("a blue car");
        assertThat(await(films.changePrompt(id, new PromptChange(3, "rain"))).frame()).isEqualTo(16);
        assertThat(await(films.changePrompt(id, new PromptChange(60, "sun"))).frame()).isEqualTo(60);

        step(id);
        assertThat(await(films.changePrompt(id, new PromptChange(0, "fog"))).frame()).isEqualTo(16);
        assertThat(await(films.find(id)).recipe().timeline().changes())
                .containsExactly(
                        new PromptChange(0, "a blue car"), new PromptChange(16, "fog"), new PromptChange(60, "sun"));
    }

    @Test
    void aStopTakesTheChunkInWorkBack() throws Exception {
        FilmId id = await(films.create(film(80))).id();
        step(id);
        ChunkTask task = await(films.begin(id)).orElseThrow();
        assertThat(await(films.stop(id)).state()).isEqualTo(FilmState.STOPPED);
        Film late = await(films.commit(task, chunk(task)));
        assertThat(late).extracting(Film::state, Film::chunksDone, Film::framesDone)
                .containsExactly(FilmState.STOPPED, 1, 16);
        assertThat(await(films.begin(id))).isEmpty();
        assertThat(await(films.stop(id))).isEqualTo(late);

        // The chunk that was being made had not been seen by anyone, so a new prompt reaches it.
        Film extended = await(films.extend(id, 8, Optional.of("snow")));
        assertThat(extended).extracting(Film::state, film -> film.recipe().frames())
                .containsExactly(FilmState.QUEUED, 24);
        assertThat(extended.recipe().timeline().changes())
                .containsExactly(new PromptChange(0, "a red car"), new PromptChange(16, "snow"));
        assertThat(await(films.commit(task, chunk(task))).chunksDone()).isEqualTo(1);
        assertThat(step(id).state()).isEqualTo(FilmState.FINISHED);
    }

    @Test
    void extendsInEveryState() throws Exception {
        FilmId id = await(films.create(film(16))).id();
        assertThat(await(films.extend(id, 8, Optional.empty())).recipe().frames()).as("queued").isEqualTo(24);
        step(id);
        assertThat(await(films.extend(id, 8, Optional.empty())).recipe().frames()).as("running").isEqualTo(32);
        step(id);
        assertThat(step(id).state()).isEqualTo(FilmState.FINISHED);
        assertThat(await(films.extend(id, 8, Optional.empty())).state()).as("finished").isEqualTo(FilmState.QUEUED);
        ChunkTask task = await(films.begin(id)).orElseThrow();
        Film failed = await(films.fail(task, "no memory left"));
        assertThat(failed).extracting(Film::state, Film::error).containsExactly(FilmState.FAILED, "no memory left");
        Film again = await(films.extend(id, 16, Optional.empty()));
        assertThat(again).extracting(Film::state, Film::error, film -> film.recipe().frames())
                .containsExactly(FilmState.QUEUED, "", 48);
        assertThat(step(id).chunksDone()).isEqualTo(4);
    }

    @Test
    void aChunkThatWasShownInPartIsShownWholeFirst() throws Exception {
        FilmId id = await(films.create(film(17))).id();
        step(id);
        assertThat(step(id)).extracting(Film::state, Film::framesDone).containsExactly(FilmState.FINISHED, 17);
        await(films.extend(id, 10, Optional.of("snow")));

        ChunkTask again = await(films.begin(id)).orElseThrow();
        assertThat(again).extracting(ChunkTask::chunk, ChunkTask::again, ChunkTask::shownFrames)
                .containsExactly(1, true, 8);
        assertThat(again.film().recipe().timeline().at(1, PLAN).to()).isEqualTo("a red car");
        Film whole = await(films.commit(again, chunk(again)));
        assertThat(whole).extracting(Film::chunksDone, Film::framesDone).containsExactly(2, 24);
        assertThat(await(films.segment(id, 1))).contains(Buffer.buffer(chunk(1, 8).segment()));

        ChunkTask next = await(films.begin(id)).orElseThrow();
        assertThat(next).extracting(ChunkTask::chunk, ChunkTask::again, ChunkTask::shownFrames)
                .containsExactly(2, false, 3);
        assertThat(next.film().recipe().timeline().at(2, PLAN).to()).isEqualTo("snow");
        assertThat(await(films.commit(next, chunk(next)))).extracting(Film::state, Film::framesDone)
                .containsExactly(FilmState.FINISHED, 27);
    }

    @Test
    void anExtensionDuringTheLastChunkShowsItWholeToo() throws Exception {
        FilmId id = await(films.create(film(5))).id();
        ChunkTask task = await(films.begin(id)).orElseThrow();
        await(films.extend(id, 20, Optional.empty()));
        assertThat(await(films.commit(task, chunk(task)))).extracting(Film::state, Film::framesDone)
                .containsExactly(FilmState.RUNNING, 5);
        ChunkTask again = await(films.begin(id)).orElseThrow();
        assertThat(again).extracting(ChunkTask::chunk, ChunkTask::again, ChunkTask::shownFrames)
                .containsExactly(0, true, 16);
    }

    @Test
    void refusesWhatCannotBe() throws Exception {
        FilmId id = await(films.create(film(16))).id();
        assertThatThrownBy(() -> await(films.extend(id, 0, Optional.empty())))
                .hasCauseInstanceOf(InvalidFieldException.class)
                .hasMessageContaining("frames must be 1 to 1000000, but was 0");
        assertThatThrownBy(() -> await(films.extend(id, Recipe.LONGEST_FILM, Optional.empty())))
                .hasCauseInstanceOf(InvalidFieldException.class);
        assertThatThrownBy(() -> await(films.extend(id, 8, Optional.of(" "))))
                .hasCauseInstanceOf(InvalidFieldException.class);
        assertThat(await(films.find(id)).recipe().frames()).isEqualTo(16);
    }

    @Test
    void deletingLeavesNothing() throws Exception {
        Film kept = await(films.create(film(80)));
        FilmId id = await(films.create(film(80))).id();
        ChunkTask task = await(films.begin(id)).orElseThrow();
        await(films.commit(task, chunk(task)));
        String token = await(memory.shares().create(id, ShareTerms.USUAL)).token();
        await(memory.shares().countView(token, "a visitor"));
        await(films.delete(id));

        assertThatThrownBy(() -> await(films.find(id))).hasCauseInstanceOf(UnknownFilmException.class);
        assertThatThrownBy(() -> await(films.commit(task, chunk(task)))).hasCauseInstanceOf(UnknownFilmException.class);
        await(memory.events().append(id, FilmEvent.PROGRESS, new JsonObject()));
        assertThat(await(memory.shares().resolve(token))).isEmpty();
        assertThat(await(films.list("someone", 9, Optional.empty()))).containsExactly(kept);
        assertThat(await(redis.send(Request.cmd(Command.KEYS).arg("*" + id + "*"))).size()).isZero();
        assertThat(await(redis.send(Request.cmd(Command.KEYS).arg("*" + token + "*"))).size()).isZero();
    }
}
