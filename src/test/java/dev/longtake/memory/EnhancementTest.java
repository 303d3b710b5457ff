package dev.longtake.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.longtake.film.Enhancement;
import dev.longtake.film.EnhancementPlan;
import dev.longtake.film.Film;
import dev.longtake.film.FilmId;
import dev.longtake.film.FilmState;
import dev.longtake.film.Fork;
import dev.longtake.film.FrameRange;
import dev.longtake.film.InvalidFieldException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** 16 frames are refined at a time, and need 40 frames from their first on. */
class EnhancementTest extends RedisTest {

    private static final EnhancementPlan WINDOWS = new EnhancementPlan(24, 8, 2);

    private FilmId enhancedFilm(int frames) throws Exception {
        return await(films.create(film(frames).enhanced(Optional.of(Enhancement.begun(WINDOWS))))).id();
    }

    private Film grown(FilmId id, int framesDone) throws Exception {
        Film film = film(id);
        while (film.framesDone() < framesDone) {
            film = step(id);
        }
        return film;
    }

    /** Refines what can be refined next. */
    private Film refine(FilmId id) throws Exception {
        EnhancementTask task = begin(id);
        return await(memory.enhancements().commit(task, refined(task)));
    }

    private Film refineAll(FilmId id) throws Exception {
        Film film = film(id);
        while (film.enhanceable().isPresent()) {
            film = refine(id);
        }
        return film;
    }

    private EnhancementTask begin(FilmId id) throws Exception {
        return await(memory.enhancements().begin(id)).orElseThrow();
    }

    /** Segments whose content tells which chunk they are of, and what the film was like. */
    private static CommittedEnhancement refined(EnhancementTask task) {
        List<byte[]> segments = new ArrayList<>();
        for (int i = 0; i < task.chunks(); i++) {
            int chunk = task.firstChunk() + i;
            segments.add(segment(task, chunk));
        }
        return new CommittedEnhancement(new byte[] {7, 7}, segments,
                task.range().from() == 0 ? Optional.of(new byte[] {-1, -40, 7}) : Optional.empty(), 4);
    }

    private static byte[] segment(EnhancementTask task, int chunk) {
        return new byte[] {(byte) chunk, (byte) task.framesOf(chunk).count(),
            (byte) (task.hangsOnEnd() ? task.film().framesDone() : 0)};
    }

    private Film film(FilmId id) throws Exception {
        return await(films.find(id));
    }

    private int enhancedFrames(FilmId id) throws Exception {
        return film(id).enhancement().orElseThrow().frames();
    }

    /** Chunks that have a refined segment, and what it is like. */
    private List<String> segments(FilmId id) throws Exception {
        List<String> segments = new ArrayList<>();
        for (int chunk = 0; chunk <= film(id).chunks() + 1; chunk++) {
            Optional<Buffer> segment = await(films.enhancedSegment(id, chunk));
            if (segment.isPresent()) {
                segments.add(segment.get().getByte(0) + ":" + segment.get().getByte(1) + ":" + segment.get().getByte(2));
                assertThat(segment.get().getByte(0)).isEqualTo((byte) chunk);
            }
        }
        return segments;
    }

    private boolean queued(FilmId id) throws Exception {
        return await(redis.send(Request.cmd(Command.HEXISTS)
                .arg(JobQueue.TURNS).arg(new Turn(id, Stage.ENHANCEMENT).toString()))).toInteger() == 1;
    }

    /** As if every turn of the queue had been worked off. */
    private void emptyQueue() throws Exception {
        await(redis.send(Request.cmd(Command.DEL).arg(JobQueue.STREAM).arg(JobQueue.TURNS).arg(JobQueue.AGAIN)));
    }

    private boolean listed(FilmId id) throws Exception {
        return await(redis.send(Request.cmd(Command.SISMEMBER).arg(FilmKeys.ACTIVE).arg(id.value()))).toInteger() == 1;
    }

    @Test
    void remembersHowAFilmIsRefined() throws Exception {
        Film film = film(80).enhanced(Optional.of(new Enhancement(WINDOWS, 0, "out of paint")));
        await(films.create(film));
        assertThat(film(film.id())).isEqualTo(film);
        Film plain = await(films.create(film(80)));
        assertThat(film(plain.id()).enhancement()).isEmpty();
    }

    @Test
    void filmsFromBeforeThereWasAnEnhancerAreNotRefined() throws Exception {
        Film film = await(films.create(film(80)));
        await(redis.send(Request.cmd(Command.HDEL).arg(FilmKeys.film(film.id()))
                .arg("enhanceRun").arg("enhanceWindow").arg("enhanceOverlap").arg("enhanceSteps")
                .arg("enhancedFrames").arg("enhanceError")));
        assertThat(film(film.id())).isEqualTo(film);
        step(film.id());
        assertThat(await(films.enhance(film.id(), WINDOWS)).enhancement()).contains(Enhancement.begun(WINDOWS));
    }

    @Test
    void refinesWhatIsSettledWhileTheFilmGoesOnAndTheRestAtItsEnd() throws Exception {
        FilmId id = enhancedFilm(60);
        grown(id, 32);
        assertThat(await(memory.enhancements().begin(id))).as("looks ahead 40 frames").isEmpty();
        grown(id, 40);
        assertThat(begin(id)).extracting(EnhancementTask::range, EnhancementTask::reach, EnhancementTask::hangsOnEnd)
                .containsExactly(new FrameRange(0, 16), new FrameRange(0, 40), false);
        refine(id);
        assertThat(await(memory.enhancements().begin(id))).isEmpty();
        assertThat(grown(id, 60).state()).isEqualTo(FilmState.FINISHED);
        assertThat(begin(id).range()).isEqualTo(new FrameRange(16, 32));
        refine(id);
        assertThat(begin(id)).extracting(EnhancementTask::range, EnhancementTask::reach, EnhancementTask::hangsOnEnd)
                .containsExactly(new FrameRange(32, 60), new FrameRange(0, 60), true);
        assertThat(refine(id).isWhollyEnhanced()).isTrue();
        assertThat(segments(id)).containsExactly("0:16:0", "1:8:0", "2:8:0", "3:8:60", "4:8:60", "5:8:60", "6:4:60");
        assertThat(await(films.enhancedInit(id))).contains(Buffer.buffer(new byte[] {7, 7}));
        assertThat(await(films.poster(id))).contains(Buffer.buffer(new byte[] {-1, -40, 7}));
        assertThat(await(films.segment(id, 6))).as("the film itself").contains(Buffer.buffer(chunk(6, 4).segment()));
        assertThat(await(films.init(id))).contains(Buffer.buffer(chunk(6, 4).init()));
        assertThat(await(memory.enhancements().begin(id))).isEmpty();
    }

    @Test
    void tellsThoseWhoWatch() throws Exception {
        List<FilmEvent> events = new CopyOnWriteArrayList<>();
        FilmId id = enhancedFilm(40);
        memory.events().tail(id, FilmEvents.BEGINNING, events::add);
        grown(id, 40);
        refineAll(id);
        await(films.unenhance(id));
        Awaitility.await().until(() -> events.stream().anyMatch(event -> event.type().equals(FilmEvent.STATE)
                && !event.body().containsKey("enhancedFrames")));
        assertThat(events).filteredOn(event -> event.type().equals(FilmEvent.ENHANCED)).extracting(FilmEvent::body)
                .containsExactly(
                        new JsonObject().put("firstChunk", 0).put("chunks", 1).put("firstFrame", 0).put("frames", 16)
                                .put("enhancedFrames", 16).put("framesDone", 40).put("seconds", 4.0).put("fps", 4.0),
                        new JsonObject().put("firstChunk", 1).put("chunks", 3).put("firstFrame", 16).put("frames", 24)
                                .put("enhancedFrames", 40).put("framesDone", 40).put("seconds", 4.0).put("fps", 6.0));
        assertThat(events).filteredOn(event -> event.type().equals(FilmEvent.STATE)).first()
                .extracting(event -> event.body().getInteger("enhancedFrames")).isEqualTo(0);
    }

    @Test
    void committingTwiceIsHarmlessAndOnlyTheLatestWorkerCounts() throws Exception {
        FilmId id = enhancedFilm(80);
        grown(id, 56);
        EnhancementTask slow = begin(id);
        EnhancementTask takenOver = begin(id);
        assertThat(await(memory.enhancements().commit(slow, refined(slow)))).isEqualTo(film(id));
        assertThat(enhancedFrames(id)).isZero();
        Film once = await(memory.enhancements().commit(takenOver, refined(takenOver)));
        assertThat(enhancedFrames(id)).isEqualTo(16);
        String event = await(memory.events().latest(id));
        assertThat(await(memory.enhancements().commit(takenOver, refined(takenOver)))).isEqualTo(once);
        assertThat(await(memory.enhancements().fail(takenOver, "too late"))).isEqualTo(once);
        assertThat(await(memory.events().latest(id))).isEqualTo(event);
    }

    @Test
    void makingAndRefiningDoNotDisturbEachOther() throws Exception {
        FilmId id = enhancedFilm(80);
        grown(id, 40);
        ChunkTask chunk = await(films.begin(id)).orElseThrow();
        EnhancementTask task = begin(id);
        await(films.commit(chunk, chunk(chunk)));
        step(id);
        assertThat(await(memory.enhancements().commit(task, refined(task)))).extracting(
                Film::framesDone, film -> film.enhancement().orElseThrow().frames()).containsExactly(56, 16);
        ChunkTask next = await(films.begin(id)).orElseThrow();
        refine(id);
        assertThat(await(films.commit(next, chunk(next)))).extracting(
                Film::framesDone, film -> film.enhancement().orElseThrow().frames()).containsExactly(64, 32);
    }

    @Test
    void aFilmThatGoesOnIsRefinedAnewWhereItsEndHadAPart() throws Exception {
        FilmId id = enhancedFilm(44);
        grown(id, 44);
        assertThat(refineAll(id).isWhollyEnhanced()).isTrue();
        await(films.extend(id, 36, Optional.empty()));
        assertThat(enhancedFrames(id)).as("until it really grows").isEqualTo(44);
        assertThat(film(id).enhanceable()).isEmpty();
        assertThat(step(id)).as("the rest of its last chunk").extracting(Film::framesDone).isEqualTo(48);
        assertThat(enhancedFrames(id)).isEqualTo(16);
        assertThat(segments(id)).containsExactly("0:16:0");
        grown(id, 80);
        assertThat(refineAll(id).isWhollyEnhanced()).isTrue();
        assertThat(segments(id)).startsWith("0:16:0", "1:8:0", "2:8:0", "3:8:0", "4:8:0", "5:8:80").hasSize(9);
    }

    @Test
    void whatHangsOnAnEndThatIsNoMoreIsVoid() throws Exception {
        FilmId id = enhancedFilm(40);
        grown(id, 40);
        refine(id);
        EnhancementTask late = begin(id);
        assertThat(late.range()).isEqualTo(new FrameRange(16, 40));
        await(films.extend(id, 8, Optional.empty()));
        await(memory.enhancements().commit(late, refined(late)));
        assertThat(enhancedFrames(id)).as("while it is to go on").isEqualTo(16);
        step(id);
        assertThat(film(id).framesDone()).isEqualTo(48);
        await(memory.enhancements().commit(late, refined(late)));
        assertThat(enhancedFrames(id)).as("after it has gone on").isEqualTo(16);
        assertThat(begin(id).range()).isEqualTo(new FrameRange(16, 48));
    }

    @Test
    void aRangeThatLooksTheSameButHungOnAnEarlierEndIsVoid() throws Exception {
        // With one step, the 16 frames up to an end at frame 32 are those that are refined next if it goes on.
        EnhancementPlan oneStep = new EnhancementPlan(24, 8, 1);
        FilmId id = await(films.create(film(32).enhanced(Optional.of(Enhancement.begun(oneStep))))).id();
        grown(id, 32);
        refine(id);
        EnhancementTask early = begin(id);
        await(films.extend(id, 8, Optional.empty()));
        step(id);
        assertThat(film(id).enhanceable()).contains(early.range());
        await(memory.enhancements().commit(early, refined(early)));
        assertThat(enhancedFrames(id)).isEqualTo(16);
        assertThat(refineAll(id).isWhollyEnhanced()).isTrue();
        assertThat(segments(id)).containsExactly("0:16:0", "1:8:0", "2:8:0", "3:8:40");
    }

    @Test
    void aFilmThatRestsIsNotRefinedButWhatWasBegunIsKept() throws Exception {
        FilmId id = enhancedFilm(80);
        grown(id, 56);
        EnhancementTask begun = begin(id);
        emptyQueue();
        await(films.pause(id));
        await(memory.enhancements().commit(begun, refined(begun)));
        assertThat(enhancedFrames(id)).isEqualTo(16);
        assertThat(await(memory.enhancements().begin(id))).isEmpty();
        await(memory.sweeper().sweep());
        assertThat(queued(id)).isFalse();
        await(films.resume(id));
        assertThat(queued(id)).isTrue();
        assertThat(begin(id).range()).isEqualTo(new FrameRange(16, 32));
    }

    @Test
    void stoppedAndFailedFilmsAreRefinedToTheEndOfWhatTheyHave() throws Exception {
        FilmId stopped = enhancedFilm(80);
        grown(stopped, 24);
        await(films.pause(stopped));
        // Nothing is to be done for it, so it is off the list until it is stopped.
        await(memory.sweeper().sweep());
        assertThat(listed(stopped)).isFalse();
        emptyQueue();
        await(films.stop(stopped));
        assertThat(queued(stopped)).isTrue();
        assertThat(listed(stopped)).isTrue();
        assertThat(refineAll(stopped).isWhollyEnhanced()).isTrue();

        FilmId failed = enhancedFilm(80);
        grown(failed, 24);
        emptyQueue();
        await(films.fail(await(films.begin(failed)).orElseThrow(), "no memory left"));
        assertThat(queued(failed)).isTrue();
        assertThat(refineAll(failed)).extracting(Film::state, Film::isWhollyEnhanced)
                .containsExactly(FilmState.FAILED, true);

        FilmId nothing = enhancedFilm(80);
        await(films.stop(nothing));
        assertThat(queued(nothing)).isFalse();
    }

    @Test
    void anEnhancerThatFailsLeavesTheFilmAsItIsAndMayTryAgain() throws Exception {
        FilmId id = enhancedFilm(40);
        grown(id, 40);
        Film before = refine(id);
        EnhancementTask task = begin(id);
        Film failed = await(memory.enhancements().fail(task, "no memory left"));
        assertThat(failed).isEqualTo(before.enhanced(Optional.of(new Enhancement(WINDOWS, 16, "no memory left"))));
        assertThat(await(memory.enhancements().begin(id))).isEmpty();
        await(memory.enhancements().commit(task, refined(task)));
        assertThat(enhancedFrames(id)).isEqualTo(16);
        emptyQueue();
        await(memory.sweeper().sweep());
        assertThat(queued(id)).isFalse();
        assertThat(listed(id)).isFalse();

        assertThat(await(films.enhance(id, WINDOWS)).enhancement()).contains(new Enhancement(WINDOWS, 16, ""));
        assertThat(queued(id)).isTrue();
        assertThat(listed(id)).isTrue();
        assertThat(refineAll(id).isWhollyEnhanced()).isTrue();
    }

    @Test
    void anotherPlanBeginsAnew() throws Exception {
        FilmId id = enhancedFilm(40);
        grown(id, 40);
        refine(id);
        await(memory.enhancements().fail(begin(id), "the pack is another"));
        EnhancementPlan another = new EnhancementPlan(40, 8, 1);
        assertThat(await(films.enhance(id, another)).enhancement()).contains(Enhancement.begun(another));
        assertThat(segments(id)).isEmpty();
        assertThat(await(films.enhancedInit(id))).isEmpty();
        assertThat(begin(id).range()).isEqualTo(new FrameRange(0, 32));
    }

    @Test
    void refinesAFilmThatWasFinishedLongAgo() throws Exception {
        FilmId id = await(films.create(film(60))).id();
        grown(id, 60);
        await(memory.sweeper().sweep());
        emptyQueue();
        assertThat(listed(id)).isFalse();
        Film on = await(films.enhance(id, WINDOWS));
        assertThat(on.enhancement()).contains(Enhancement.begun(WINDOWS));
        assertThat(queued(id)).isTrue();
        assertThat(await(memory.jobs().waiting())).as("films whose chunks are made").isEmpty();
        assertThat(await(memory.jobs().position(id))).isEmpty();
        Film one = refine(id);
        assertThat(await(films.enhance(id, WINDOWS))).as("it is on").isEqualTo(one);
        assertThat(refineAll(id).isWhollyEnhanced()).isTrue();
        await(memory.sweeper().sweep());
        assertThat(listed(id)).isFalse();
    }

    @Test
    void aFilmThatIsRefinedNoLongerForgetsItsRefinedPictures() throws Exception {
        FilmId id = enhancedFilm(60);
        grown(id, 60);
        refine(id);
        EnhancementTask begun = begin(id);
        assertThat(await(films.unenhance(id)).enhancement()).isEmpty();
        assertThat(await(memory.enhancements().commit(begun, refined(begun))).enhancement()).isEmpty();
        assertThat(segments(id)).isEmpty();
        assertThat(await(films.enhancedInit(id))).isEmpty();
        assertThat(await(memory.enhancements().begin(id))).isEmpty();
        await(films.enhance(id, WINDOWS));
        await(memory.enhancements().commit(begun, refined(begun)));
        assertThat(enhancedFrames(id)).as("of an earlier time that it was on").isZero();
        assertThat(refineAll(id).isWhollyEnhanced()).isTrue();
    }

    @Test
    void refusesWindowsThatDoNotFit() throws Exception {
        FilmId id = await(films.create(film(60))).id();
        assertThatThrownBy(() -> await(films.enhance(id, new EnhancementPlan(20, 8, 2))))
                .hasCauseInstanceOf(InvalidFieldException.class)
                .hasMessageContaining("enhancer.window must be");
        FilmId unknown = FilmId.create();
        assertThatThrownBy(() -> await(films.enhance(unknown, WINDOWS))).hasCause(new UnknownFilmException(unknown));
        assertThatThrownBy(() -> await(films.unenhance(unknown))).hasCause(new UnknownFilmException(unknown));
        assertThatThrownBy(() -> await(memory.enhancements().begin(unknown)))
                .hasCause(new UnknownFilmException(unknown));
    }

    @Test
    void aTurnIsQueuedWheneverThereIsSomethingToRefine() throws Exception {
        FilmId id = enhancedFilm(48);
        grown(id, 32);
        assertThat(queued(id)).isFalse();
        step(id);
        assertThat(queued(id)).isTrue();
        refine(id);
        emptyQueue();
        step(id);
        assertThat(queued(id)).as("its end can be refined").isTrue();
        refineAll(id);
        emptyQueue();
        await(films.extend(id, 16, Optional.empty()));
        assertThat(queued(id)).isFalse();
        step(id);
        assertThat(queued(id)).as("what had hung on its end").isTrue();
    }

    @Test
    void theQueueTellsChunksFromRefinement() throws Exception {
        FilmId id = enhancedFilm(80);
        FilmId other = await(films.create(film(80))).id();
        JobConsumer worker = memory.jobs().consumer("w");
        try {
            Job first = await(worker.take());
            assertThat(first).extracting(Job::film, Job::stage).containsExactly(id, Stage.CHUNKS);
            grown(id, 40);
            await(worker.done(first, true));
            assertThat(await(memory.jobs().waiting())).as("places in the queue").containsExactly(other, id);
            List<Job> turns = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                turns.add(await(worker.take()));
                await(worker.done(turns.get(i), true));
            }
            assertThat(turns).extracting(Job::film).containsExactly(other, id, id, other, id, id);
            assertThat(turns).extracting(Job::stage).containsExactly(Stage.CHUNKS, Stage.ENHANCEMENT, Stage.CHUNKS,
                    Stage.CHUNKS, Stage.ENHANCEMENT, Stage.CHUNKS);
        } finally {
            await(worker.close());
        }
    }

    @Test
    void whatIsToBeRefinedIsWorkForTheWorkersToo() throws Exception {
        FilmId id = enhancedFilm(80);
        grown(id, 40);
        FilmId finished = enhancedFilm(40);
        grown(finished, 40);
        refine(finished);
        FilmId asking = await(films.create(film(80))).id();
        Traffic.Load load = await(memory.traffic().beside(asking));
        assertThat(load.works()).containsExactlyInAnyOrder(
                Traffic.Work.chunks(film(id).recipe(), 5),
                new Traffic.Work(film(id).recipe(), Optional.of(WINDOWS), 5),
                new Traffic.Work(film(finished).recipe(), Optional.of(WINDOWS), 2));
        assertThat(load.all()).isEqualTo(3);
    }

    @Test
    void aCrashBetweenAnyTwoStepsLosesNothing() throws Exception {
        FilmId id = enhancedFilm(48);
        Film film = film(id);
        while (!film.isWhollyEnhanced()) {
            // Whatever was done before, the turns that were to follow were not given.
            emptyQueue();
            await(memory.sweeper().sweep());
            assertThat(queued(id)).isEqualTo(film.enhanceable().isPresent());
            assertThat(await(memory.jobs().waiting()))
                    .isEqualTo(film.state().active() ? List.of(id) : List.of());
            film = film.enhanceable().isPresent() ? refine(id) : step(id);
        }
        await(memory.sweeper().sweep());
        assertThat(listed(id)).isFalse();
    }

    @Test
    void aTakeHasWhatItWillHaveInCommonWithTheFilm() throws Exception {
        FilmId id = enhancedFilm(120);
        grown(id, 120);
        Film film = refineAll(id);
        Film take = await(films.fork(id, fork(72, OptionalInt.of(16)).of(film, "someone")));
        assertThat(take.enhancement()).contains(new Enhancement(WINDOWS, 48, ""));
        assertThat(film(take.id())).isEqualTo(take);
        assertThat(segments(take.id())).isEqualTo(segments(id).subList(0, 5));
        assertThat(await(films.enhancedInit(take.id()))).isEqualTo(await(films.enhancedInit(id))).isPresent();
        grown(take.id(), 88);
        assertThat(refineAll(take.id()).isWhollyEnhanced()).isTrue();
        assertThat(segments(id)).as("the film it was taken from").hasSize(14);

        Film fromTheBeginning = await(films.fork(id, fork(0, OptionalInt.of(8)).of(film, "someone")));
        assertThat(fromTheBeginning.enhancement()).contains(Enhancement.begun(WINDOWS));
        assertThat(segments(fromTheBeginning.id())).isEmpty();
    }

    @Test
    void aCopyOfAWholeFilmIsWhollyRefinedAndOneThatEndsBeforeIsToBe() throws Exception {
        FilmId id = enhancedFilm(60);
        grown(id, 60);
        Film film = refineAll(id);
        Film copy = await(films.fork(id, Fork.COPY.of(film, "bob")));
        assertThat(copy.isWhollyEnhanced()).isTrue();
        assertThat(segments(copy.id())).isEqualTo(segments(id));
        assertThat(queued(copy.id())).isFalse();

        Film shorter = await(films.fork(id, fork(48, OptionalInt.of(0)).of(film, "someone")));
        assertThat(shorter).extracting(Film::state, Film::isWhollyEnhanced)
                .containsExactly(FilmState.FINISHED, false);
        assertThat(queued(shorter.id())).isTrue();
        assertThat(refineAll(shorter.id()).isWhollyEnhanced()).isTrue();
        assertThat(segments(shorter.id())).containsExactly("0:16:0", "1:8:48", "2:8:48", "3:8:48", "4:8:48");

        // Going on with a copy is going on with the film.
        Film longer = await(films.fork(id, fork(60, OptionalInt.of(20)).of(film, "someone")));
        assertThat(longer.isWhollyEnhanced()).isTrue();
        step(longer.id());
        assertThat(enhancedFrames(longer.id())).isEqualTo(32);
        assertThat(segments(longer.id())).containsExactly("0:16:0", "1:8:0", "2:8:0");
    }

    @Test
    void aTakeOfAFilmThatHasChangedMeanwhileIsRefinedFromItsBeginning() throws Exception {
        FilmId id = enhancedFilm(64);
        grown(id, 64);
        Film film = refineAll(id);
        // The film went on between the wish and the copy: frames that hung on its end are others by now.
        Film copy = fork(56, OptionalInt.of(0)).of(film, "someone");
        Film whole = Fork.COPY.of(film, "bob");
        await(films.extend(id, 30, Optional.empty()));
        grown(id, 94);
        refineAll(id);
        assertThat(await(films.fork(id, copy)).enhancement().orElseThrow().frames()).as("settled").isEqualTo(32);
        Film anew = await(films.fork(id, whole));
        assertThat(anew.enhancement()).contains(Enhancement.begun(WINDOWS));
        assertThat(segments(anew.id())).isEmpty();
        assertThat(refineAll(anew.id()).isWhollyEnhanced()).isTrue();

        Film late = fork(72, OptionalInt.of(8)).of(film(id), "someone");
        await(films.unenhance(id));
        assertThat(await(films.fork(id, late)).enhancement()).contains(Enhancement.begun(WINDOWS));
        assertThat(segments(late.id())).isEmpty();
        assertThat(await(films.enhancedInit(late.id()))).isEmpty();
    }

    @Test
    void aTakeOfAFilmThatCouldNotBeRefinedTriesAgain() throws Exception {
        FilmId id = enhancedFilm(60);
        grown(id, 60);
        refine(id);
        Film failed = await(memory.enhancements().fail(begin(id), "no memory left"));
        Film take = await(films.fork(id, fork(48, OptionalInt.of(8)).of(failed, "someone")));
        assertThat(take.enhancement()).contains(new Enhancement(WINDOWS, 16, ""));
    }

    @Test
    void aRestoredFilmIsRefinedOn() throws Exception {
        FilmId id = enhancedFilm(60);
        grown(id, 60);
        refine(id);
        await(films.trash(id, Duration.ofHours(1)));
        assertThatThrownBy(() -> begin(id)).hasCause(new UnknownFilmException(id));
        emptyQueue();
        await(memory.sweeper().sweep());
        assertThat(queued(id)).isFalse();
        await(films.restore(id, true));
        assertThat(queued(id)).isTrue();
        assertThat(listed(id)).isTrue();
        assertThat(refineAll(id).isWhollyEnhanced()).isTrue();
    }

    @Test
    void deletingLeavesNothing() throws Exception {
        FilmId id = enhancedFilm(60);
        grown(id, 60);
        refine(id);
        EnhancementTask begun = begin(id);
        await(films.delete(id));
        assertThatThrownBy(() -> await(memory.enhancements().commit(begun, refined(begun))))
                .hasCause(new UnknownFilmException(id));
        await(memory.events().append(id, FilmEvent.ENHANCING, new JsonObject()));
        assertThat(await(redis.send(Request.cmd(Command.KEYS).arg("*" + id + "*"))).size()).isZero();
    }

    @Test
    void aWorkersProgressIsThereForThoseWhoComeLater() throws Exception {
        FilmId id = enhancedFilm(60);
        assertThat(await(memory.events().enhancing(id))).isEmpty();
        JsonObject body = new JsonObject().put("step", 1);
        await(memory.events().append(id, FilmEvent.ENHANCING, body));
        assertThat(await(memory.events().enhancing(id))).contains(body);
        assertThat(await(memory.events().progress(id))).isEmpty();
    }

    @Test
    void aFilmOfAnyLengthIsRefinedToItsLastFrameOnce() throws Exception {
        for (int frames : List.of(1, 8, 16, 17, 24, 33, 39, 41, 57)) {
            FilmId id = enhancedFilm(frames);
            grown(id, frames);
            List<Integer> seen = new ArrayList<>();
            while (!film(id).isWhollyEnhanced()) {
                EnhancementTask task = begin(id);
                int shown = 0;
                for (int i = 0; i < task.chunks(); i++) {
                    shown += task.framesOf(task.firstChunk() + i).count();
                }
                assertThat(shown).as("%d frames", frames).isEqualTo(task.range().count());
                seen.addAll(Collections.nCopies(shown, 0));
                await(memory.enhancements().commit(task, refined(task)));
            }
            assertThat(seen).hasSize(frames);
            assertThat(segments(id)).hasSize(film(id).chunksDone());
        }
    }

    private static Fork fork(int atFrame, OptionalInt frames) {
        return new Fork(OptionalInt.of(atFrame), frames, Optional.empty(), 1, OptionalLong.empty());
    }
}
