package dev.longtake.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.longtake.film.Film;
import dev.longtake.film.FilmId;
import dev.longtake.film.FilmState;
import dev.longtake.film.Fork;
import dev.longtake.film.PromptChange;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TrashTest extends RedisTest {

    private static final Duration LONG = Duration.ofHours(1);

    @Test
    void aFilmInTheTrashIsThereForNobody() throws Exception {
        Film film = await(films.create(film(80)));
        FilmId id = film.id();
        step(id);
        String token = await(memory.shares().create(id, ShareTerms.USUAL)).token();
        ChunkTask task = await(films.begin(id)).orElseThrow();
        await(films.trash(id, LONG));

        for (Future<?> future : List.of(films.find(id), films.stop(id), films.delete(id), films.begin(id),
                films.pause(id), films.resume(id), films.rename(id, "x"), films.trash(id, LONG),
                films.commit(task, chunk(task)), films.extend(id, 8, Optional.empty()),
                films.changePrompt(id, new PromptChange(0, "x")), films.replan(id, List.of(), Optional.empty()))) {
            assertThatThrownBy(() -> await(future)).hasCause(new UnknownFilmException(id));
        }
        assertThat(await(films.list("someone", 9, Optional.empty()))).isEmpty();
        assertThatThrownBy(() -> await(memory.shares().resolve(token).compose(shared -> films.find(shared.map(ShareLink::film).orElse(id)))))
                .hasCause(new UnknownFilmException(id));
    }

    @Test
    void aRestoredFilmGoesOnAsIfNothingHadHappened() throws Exception {
        FilmId id = await(films.create(film(32))).id();
        Film before = step(id);
        String token = await(memory.shares().create(id, ShareTerms.USUAL)).token();
        ChunkTask lost = await(films.begin(id)).orElseThrow();
        await(films.trash(id, LONG));
        await(memory.sweeper().sweep());
        assertThat(await(films.findTrashed(id)).id()).isEqualTo(id);

        assertThat(await(films.restore(id, true))).isEqualTo(before);
        assertThat(await(films.list("someone", 9, Optional.empty()))).containsExactly(before);
        assertThat(await(memory.shares().resolve(token)).map(ShareLink::film)).contains(id);
        assertThat(await(memory.jobs().waiting())).contains(id);
        assertThat(await(films.commit(lost, chunk(lost))).chunksDone()).as("work that was given up").isEqualTo(1);
        step(id);
        assertThat(step(id).state()).isEqualTo(FilmState.FINISHED);
        await(memory.sweeper().sweep());
        assertThat(await(films.find(id)).framesDone()).isEqualTo(32);
        assertThatThrownBy(() -> await(films.restore(id, true))).hasCause(new UnknownFilmException(id));
    }

    @Test
    void aSweepForgetsAFilmWhoseTimeIsOver() throws Exception {
        FilmId id = await(films.create(film(80))).id();
        Film film = step(id);
        Film take = await(films.fork(id, Fork.COPY.of(film, "someone")));
        String token = await(memory.shares().create(id, ShareTerms.USUAL)).token();
        await(films.trash(id, Duration.ZERO));
        await(memory.sweeper().sweep());

        assertThatThrownBy(() -> await(films.restore(id, true))).hasCause(new UnknownFilmException(id));
        assertThat(await(redis.send(Request.cmd(Command.KEYS).arg("film*" + id + "*"))).size()).isZero();
        assertThat(await(redis.send(Request.cmd(Command.KEYS).arg("*" + token + "*"))).size()).isZero();
        assertThat(await(redis.send(Request.cmd(Command.EXISTS).arg(FilmKeys.TRASH))).toInteger()).isZero();
        assertThat(await(films.takes(take))).containsExactly(take);
    }

    @Test
    void whatACrashLeftInTheTrashIsMadeGood() throws Exception {
        Film kept = await(films.create(film(80)));
        Film condemned = await(films.create(film(80)));
        for (Film film : List.of(kept, condemned)) {
            await(redis.send(Request.cmd(Command.ZADD).arg(FilmKeys.TRASH).arg(0).arg(film.id().value())));
        }
        await(redis.send(Request.cmd(Command.HSET).arg(FilmKeys.film(condemned.id())).arg("fate").arg("CONDEMNED")));
        assertThatThrownBy(() -> await(films.find(condemned.id()))).hasCauseInstanceOf(UnknownFilmException.class);
        await(memory.sweeper().sweep());
        assertThat(await(films.find(kept.id()))).isEqualTo(kept);
        assertThat(await(redis.send(Request.cmd(Command.KEYS).arg("*" + condemned.id() + "*"))).size()).isZero();
    }
}
