package dev.longtake.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.longtake.film.Film;
import dev.longtake.film.FilmId;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JobQueueTest extends RedisTest {

    private static final long SILENCE_MILLIS = 1_000;

    private final List<JobConsumer> consumers = new ArrayList<>();

    @AfterEach
    void leave() throws Exception {
        for (JobConsumer consumer : consumers) {
            await(consumer.close());
        }
    }

    private JobConsumer worker(String name) {
        JobConsumer consumer = memory.jobs().consumer(name, SILENCE_MILLIS);
        consumers.add(consumer);
        return consumer;
    }

    private FilmId queued() throws Exception {
        return await(films.create(film(80))).id();
    }

    @Test
    void filmsTakeTurns() throws Exception {
        FilmId a = queued();
        FilmId b = queued();
        FilmId c = queued();
        JobConsumer worker = worker("w");
        List<FilmId> turns = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            Job job = await(worker.take());
            turns.add(job.film());
            await(worker.done(job, !job.film().equals(b)));
        }
        assertThat(turns).containsExactly(a, b, c, a, c, a, c);
    }

    @Test
    void twoWorkersShareTheFilms() throws Exception {
        FilmId a = queued();
        FilmId b = queued();
        JobConsumer one = worker("one");
        JobConsumer two = worker("two");
        for (int i = 0; i < 3; i++) {
            Job first = await(one.take());
            Job second = await(two.take());
            assertThat(List.of(first.film(), second.film())).containsExactlyInAnyOrder(a, b);
            await(one.done(first, true));
            await(two.done(second, true));
        }
        Awaitility.await().untilAsserted(() ->
                assertThat(await(memory.traffic().beside(a)).workers()).isEqualTo(2));
    }

    @Test
    void knowsWhatElseTheWorkersHaveToDo() throws Exception {
        FilmId a = queued();
        Film b = await(films.create(film(80)));
        FilmId paused = queued();
        await(films.pause(paused));
        JobConsumer worker = worker("w");
        Job job = await(worker.take());
        assertThat(await(memory.traffic().beside(job.film()))).isEqualTo(
                new Traffic.Load(List.of(Traffic.Work.chunks(b.recipe(), 9)), 1, 1));
        await(worker.done(job, false));
        assertThat(await(memory.traffic().beside(b.id())).works()).as("what has ended does not count").isEmpty();
        assertThat(await(memory.traffic().beside(a)).works()).hasSize(1);
    }

    @Test
    void aFilmHasOneTurnAtATime() throws Exception {
        FilmId id = queued();
        await(memory.jobs().enqueue(id, Stage.CHUNKS));
        await(memory.jobs().enqueue(id, Stage.CHUNKS));
        assertThat(await(memory.jobs().waiting())).containsExactly(id);
    }

    @Test
    void aTurnThatIsAskedForWhileOneEndsIsNotLost() throws Exception {
        FilmId id = queued();
        JobConsumer worker = worker("w");
        Job last = await(worker.take());
        await(memory.jobs().enqueue(id, Stage.CHUNKS));
        await(worker.done(last, false));
        Job another = await(worker.take());
        assertThat(another.film()).isEqualTo(id);
        await(worker.done(another, false));
        assertThat(await(memory.jobs().waiting())).isEmpty();
    }

    @Test
    void turnsFromBeforeThereWereStagesAreStillTaken() throws Exception {
        FilmId id = FilmId.create();
        await(redis.send(Request.cmd(Command.XADD).arg(JobQueue.STREAM).arg("*").arg("film").arg(id.value())));
        assertThat(await(memory.jobs().waiting())).containsExactly(id);
        assertThat(await(worker("w").take())).extracting(Job::film, Job::stage).containsExactly(id, Stage.CHUNKS);
    }

    @Test
    void aFilmHasATurnForEachStage() throws Exception {
        FilmId id = queued();
        await(memory.jobs().enqueue(id, Stage.ENHANCEMENT));
        await(memory.jobs().enqueue(id, Stage.ENHANCEMENT));
        Job chunk = await(worker("one").take());
        Job refinement = await(worker("two").take());
        assertThat(List.of(chunk, refinement)).extracting(Job::film).containsOnly(id);
        assertThat(List.of(chunk, refinement)).extracting(Job::stage)
                .containsExactly(Stage.CHUNKS, Stage.ENHANCEMENT);
        await(consumers.get(0).done(chunk, false));
        await(consumers.get(1).done(refinement, false));
        assertThat(await(worker("three").take())).as("the turn that was asked for twice")
                .extracting(Job::film, Job::stage).containsExactly(id, Stage.ENHANCEMENT);
    }

    @Test
    void knowsWhoIsBeforeWhom() throws Exception {
        FilmId a = queued();
        FilmId b = queued();
        FilmId c = queued();
        assertThat(await(memory.jobs().position(c))).contains(2);
        JobConsumer worker = worker("w");
        Job job = await(worker.take());
        assertThat(await(memory.jobs().position(a))).isEmpty();
        assertThat(await(memory.jobs().position(b))).contains(0);
        assertThat(await(memory.jobs().position(c))).contains(1);
        await(worker.done(job, true));
        assertThat(await(memory.jobs().waiting())).containsExactly(b, c, a);
    }

    @Test
    void aWorkerThatComesBackGetsItsOwnTurnAtOnce() throws Exception {
        FilmId id = queued();
        JobConsumer killed = worker("w");
        Job job = await(killed.take());
        killed.close();
        Job again = await(worker("w").take());
        assertThat(again.film()).isEqualTo(id);
        assertThat(again.entry()).isEqualTo(job.entry());
        assertThat(again.deliveries()).isGreaterThan(1);
    }

    @Test
    void aDeadWorkersTurnGoesToAnother() throws Exception {
        FilmId id = queued();
        JobConsumer dead = worker("dead");
        await(dead.take());
        dead.close();
        Job job = await(worker("alive").take());
        assertThat(job.film()).isEqualTo(id);
        assertThat(job.deliveries()).isEqualTo(2);
    }

    @Test
    void aSlowWorkerKeepsItsTurn() throws Exception {
        queued();
        JobConsumer slow = worker("slow");
        Job job = await(slow.take());
        Future<Job> other = worker("other").take();
        long begun = System.nanoTime();
        Awaitility.await().until(() -> System.nanoTime() - begun > 3 * SILENCE_MILLIS * 1_000_000);
        assertThat(other.isComplete()).isFalse();
        await(slow.done(job, true));
        assertThat(await(other).film()).isEqualTo(job.film());
    }

    @Test
    void goesOnWhenConnectionsBreak() throws Exception {
        JobConsumer worker = worker("w");
        Future<Job> job = worker.take();
        for (String type : List.of("normal", "pubsub")) {
            await(redis.send(Request.cmd(Command.CLIENT).arg("KILL").arg("TYPE").arg(type).arg("SKIPME").arg("yes")));
        }
        // A request that still meets a dead connection fails; whoever made it may make it again.
        FilmId id = Awaitility.await().ignoreExceptions().until(this::queued, Objects::nonNull);
        assertThat(await(job).film()).isEqualTo(id);
    }

    @Test
    void goesOnWhenRedisForgotEverything() throws Exception {
        JobConsumer worker = worker("w");
        Future<Job> job = worker.take();
        await(redis.send(Request.cmd(Command.FLUSHALL)));
        await(redis.send(Request.cmd(Command.SCRIPT).arg("FLUSH")));
        FilmId id = queued();
        assertThat(await(job).film()).isEqualTo(id);
    }

    @Test
    void whoLeftTheQueueGetsNoMore() throws Exception {
        JobConsumer worker = worker("w");
        Future<Job> waiting = worker.take();
        await(worker.close());
        assertThat(waiting.isComplete()).isTrue();
        assertThatThrownBy(() -> await(waiting)).hasMessageContaining("worker w has left the queue");
        assertThatThrownBy(() -> await(worker.take())).hasMessageContaining("worker w has left the queue");
    }

    @Test
    void nothingIsTakenByWhoLeaves() throws Exception {
        for (int i = 0; i < 20; i++) {
            JobConsumer leaving = worker("leaving-" + i);
            Future<Job> taken = leaving.take();
            Future<Void> left = leaving.close();
            FilmId id = queued();
            await(left);
            assertThat(taken.isComplete()).isTrue();
            if (taken.failed()) {
                Awaitility.await().until(() -> await(memory.jobs().waiting()).contains(id));
            }
        }
    }

    @Test
    void aCrashBetweenAnyTwoStepsLosesNothing() throws Exception {
        FilmId id = queued();
        // Created, but not queued.
        await(redis.send(Request.cmd(Command.DEL).arg(JobQueue.STREAM).arg(JobQueue.TURNS)));
        await(memory.sweeper().sweep());
        await(memory.sweeper().sweep());
        assertThat(await(memory.jobs().waiting())).containsExactly(id);

        // Begun, then killed; begun and committed, then killed; after that the turn is taken once more.
        await(worker("w").take());
        await(films.begin(id));
        consumers.get(0).close();
        JobConsumer second = worker("w");
        await(second.take());
        assertThat(step(id).chunksDone()).isEqualTo(1);
        second.close();
        JobConsumer third = worker("w");
        Job job = await(third.take());
        Film film = step(id);
        assertThat(film.chunksDone()).isEqualTo(2);
        await(third.done(job, film.state().active()));
        // Done twice, as when the answer was lost.
        await(third.done(job, film.state().active()));
        assertThat(await(memory.jobs().waiting())).containsExactly(id);

        // Stopped films are taken off the list.
        await(films.stop(id));
        await(memory.sweeper().sweep());
        assertThat(await(redis.send(Request.cmd(Command.SCARD).arg(FilmKeys.ACTIVE))).toInteger()).isZero();
    }
}
