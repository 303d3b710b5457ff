package dev.longtake.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.longtake.film.EnhancementPlan;
import dev.longtake.film.Film;
import dev.longtake.film.FilmId;
import dev.longtake.film.FilmState;
import dev.longtake.film.Fork;
import dev.longtake.film.InvalidFieldException;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class TakesTest extends RedisTest {

    private static Fork fork(int atFrame, int frames) {
        return new Fork(OptionalInt.of(atFrame), OptionalInt.of(frames), Optional.empty(), 1, OptionalLong.of(9));
    }

    private Film take(Film film, Fork fork) throws Exception {
        return await(films.fork(film.id(), fork.of(film, film.owner())));
    }

    private Film filmWith(int chunks) throws Exception {
        FilmId id = await(films.create(film(400))).id();
        for (int i = 1; i < chunks; i++) {
            step(id);
        }
        return step(id);
    }

    @Test
    void aTakeGoesOnFromCopiesOfWhatWasMadeBefore() throws Exception {
        Film film = filmWith(40);
        Film take = take(film, fork(312, 8));
        assertThat(await(films.find(take.id()))).isEqualTo(take);
        for (int chunk = 0; chunk < 38; chunk++) {
            assertThat(await(films.segment(take.id(), chunk))).isPresent()
                    .isEqualTo(await(films.segment(film.id(), chunk)));
            assertThat(await(films.snapshot(take.id(), chunk)).orElseThrow().latents())
                    .containsExactly(await(films.snapshot(film.id(), chunk)).orElseThrow().latents());
        }
        assertThat(await(films.segment(take.id(), 38))).isEmpty();
        assertThat(await(films.poster(take.id()))).isPresent().isEqualTo(await(films.poster(film.id())));
        assertThat(await(films.init(take.id()))).isPresent();
        assertThat(await(memory.jobs().waiting())).contains(take.id());

        ChunkTask next = await(films.begin(take.id())).orElseThrow();
        assertThat(next.chunk()).isEqualTo(38);
        assertThat(next.film().recipe().seedAt(38, PLAN)).isEqualTo(9);
        assertThat(await(films.commit(next, chunk(next))).state()).isEqualTo(FilmState.FINISHED);
        assertThat(await(films.find(film.id()))).as("the film it was taken from").isEqualTo(film);
    }

    @Test
    void deletingTheParentTakesNothingFromItsTakes() throws Exception {
        Film film = filmWith(3);
        Film take = take(film, fork(24, 8));
        await(films.delete(film.id()));
        assertThat(await(films.segment(take.id(), 1))).contains(Buffer.buffer(chunk(1, 8).segment()));
        assertThat(step(take.id()).state()).isEqualTo(FilmState.FINISHED);
        assertThat(await(films.takes(take))).extracting(Film::id).containsExactly(take.id());
    }

    @Test
    void theTakesOfATreeAreListedFromAnyOfThem() throws Exception {
        Film film = filmWith(3);
        assertThat(await(films.takes(film))).containsExactly(film);
        Film first = take(film, fork(24, 8));
        Film second = take(first, fork(16, 8));
        await(films.fork(film.id(), fork(16, 0).of(film, "somebody else")));
        for (Film any : new Film[] {film, first, second}) {
            assertThat(await(films.takes(any))).extracting(Film::id)
                    .containsExactly(film.id(), first.id(), second.id());
        }
        await(films.delete(first.id()));
        assertThat(await(films.takes(second))).extracting(Film::id).containsExactly(film.id(), second.id());
    }

    @Test
    void aTakeInAnothersHandsIsAFilmOfItsOwn() throws Exception {
        Film film = filmWith(3);
        Film remix = await(films.fork(film.id(), fork(24, 8).of(film, "bob")));
        assertThat(await(films.list("bob", 9, Optional.empty()))).containsExactly(remix);
        assertThat(await(films.takes(remix))).containsExactly(remix);
        assertThat(step(remix.id()).framesDone()).isEqualTo(32);
    }

    @Test
    void aTakeThatEndsWhereItBeginsIsFinished() throws Exception {
        Film film = filmWith(3);
        Film undone = take(film, fork(24, 0));
        assertThat(undone.state()).isEqualTo(FilmState.FINISHED);
        assertThat(await(films.begin(undone.id()))).isEmpty();
        assertThat(await(memory.jobs().waiting())).doesNotContain(undone.id());
        await(films.extend(undone.id(), 8, Optional.of("snow")));
        assertThat(step(undone.id()).framesDone()).isEqualTo(32);
    }

    @Test
    void aTakeFromAPartOfAChunkShowsItWholeFirst() throws Exception {
        FilmId id = await(films.create(film(20))).id();
        step(id);
        Film film = step(id);
        Film take = take(film, fork(20, 8));
        ChunkTask again = await(films.begin(take.id())).orElseThrow();
        assertThat(again).extracting(ChunkTask::chunk, ChunkTask::again).containsExactly(1, true);

        Film late = fork(20, 8).of(film, "someone");
        await(films.extend(id, 8, Optional.empty()));
        step(id);
        assertThatThrownBy(() -> await(films.fork(id, late))).hasCauseInstanceOf(InvalidFieldException.class)
                .hasMessageContaining("the film has gone on");
        assertNothingLeftOf(late.id());
    }

    @Test
    void aTakeOfWhatIsGoneLeavesNothing() throws Exception {
        Film film = filmWith(3);
        Film take = fork(24, 8).of(film, "someone");
        await(films.delete(film.id()));
        assertThatThrownBy(() -> await(films.fork(film.id(), take))).hasCause(new UnknownFilmException(film.id()));
        assertNothingLeftOf(take.id());
        assertThat(await(films.list("someone", 9, Optional.empty()))).isEmpty();
    }

    @Test
    void copiesOfATakeThatWasNeverBornAreSweptAway() throws Exception {
        FilmId unborn = new FilmId(UlidCreator.getUlid(
                System.currentTimeMillis() - Sweeper.LONGEST_BIRTH.toMillis() - 1).toString());
        FilmId young = FilmId.create();
        for (FilmId id : new FilmId[] {unborn, young}) {
            await(redis.send(Request.cmd(Command.SADD).arg(FilmKeys.ACTIVE).arg(id.value())));
            await(redis.send(Request.cmd(Command.HSET).arg(FilmKeys.segments(id)).arg("0").arg("x")));
        }
        await(memory.sweeper().sweep());
        assertNothingLeftOf(unborn);
        assertThat(await(films.segment(young, 0))).isPresent();
    }

    @Test
    void aPictureGoesWithTheTakesOfItsOwnerAndWithNobodyElses() throws Exception {
        Buffer png = Buffer.buffer("a picture");
        Film asked = film(400);
        Film film = await(films.create(asked.with(asked.recipe().withImage("ab".repeat(32))), Optional.of(png)));
        step(film.id());
        film = step(film.id());
        assertThat(film.recipe().image()).isEqualTo("ab".repeat(32));
        assertThat(await(films.image(film.id()))).contains(png);
        for (int frame : new int[] {0, 16}) {
            assertThat(await(films.image(take(film, fork(frame, 8)).id()))).contains(png);
        }
        Film remix = await(films.fork(film.id(), fork(16, 8).of(film, "bob")));
        assertThat(await(films.image(remix.id()))).isEmpty();

        await(films.enhance(film.id(), new EnhancementPlan(24, 8, 2)));
        await(films.unenhance(film.id()));
        assertThat(await(films.image(film.id()))).as("it is no refined picture").contains(png);
        await(films.trash(film.id(), Duration.ofMinutes(1)));
        await(films.restore(film.id(), true));
        assertThat(await(films.image(film.id()))).contains(png);
        await(films.delete(film.id()));
        assertThat(await(redis.send(Request.cmd(Command.KEYS).arg("film:{" + film.id() + "}*"))).size()).isZero();
        assertThat(await(films.image(take(remix, fork(16, 8)).id()))).as("nothing to copy").isEmpty();
    }

    private void assertNothingLeftOf(FilmId id) throws Exception {
        assertThat(await(redis.send(Request.cmd(Command.KEYS).arg("*" + id + "*"))).size()).isZero();
    }
}
