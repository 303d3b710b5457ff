package dev.longtake.memory;

import dev.longtake.film.Film;
import dev.longtake.film.FilmState;
import dev.longtake.film.More;
import dev.longtake.film.PromptChange;
import dev.longtake.film.Timeline;
import dev.longtake.memory.FilmChange.Blob;
import dev.longtake.memory.FilmChange.Event;
import dev.longtake.memory.FilmChange.Place;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What may become of a film, and how. No I/O; an empty answer means that nothing changes. */
final class FilmRules {

    static final String INIT = "init";
    static final String POSTER = "poster";
    static final String IMAGE = "image";

    private FilmRules() {}

    /** @param image what the film begins with, as a PNG */
    static FilmChange<Film> born(Film film, Optional<Buffer> image) {
        FilmRecord record = new FilmRecord(film, FilmRecord.UNBORN, 0, 0, FilmRecord.Fate.KEPT);
        List<Blob> blobs = image.map(png -> List.of(new Blob(Place.MEDIA, IMAGE, png))).orElse(List.of());
        return new FilmChange<>(record, List.of(), blobs, List.of(state(film)), film);
    }

    static Optional<FilmChange<ChunkTask>> begun(FilmRecord record) {
        Film film = record.film();
        if (!film.state().active() || film.framesDone() >= film.recipe().frames()) {
            return Optional.empty();
        }
        boolean again = film.framesDone() < film.plan().firstFrame(film.chunksDone()) && film.chunksDone() > 0;
        int chunk = again ? film.chunksDone() - 1 : film.chunksDone();
        FilmRecord after = record.with(film.in(FilmState.RUNNING, "")).starting(chunk);
        Film running = after.film();
        List<Event> events = film.state() == FilmState.RUNNING ? List.of() : List.of(state(running));
        return Optional.of(FilmChange.of(after, events, new ChunkTask(running, chunk, again, after.run())));
    }

    /** Whether what was done for {@code task} still counts. */
    static boolean valid(FilmRecord record, ChunkTask task) {
        return record.film().state().underWay() && record.run() == task.run();
    }

    static Optional<FilmChange<Film>> committed(FilmRecord record, ChunkTask task, CommittedChunk chunk) {
        if (!valid(record, task)) {
            return Optional.empty();
        }
        Film film = record.film();
        int framesDone = film.plan().firstFrame(task.chunk()) + task.shownFrames();
        boolean finished = framesDone >= film.recipe().frames();
        boolean paused = film.state() == FilmState.PAUSED;
        FilmState state = finished ? FilmState.FINISHED : paused ? FilmState.PAUSED : FilmState.RUNNING;
        Film after = EnhancementRules.settled(film)
                .grown(task.chunk() + 1, framesDone, state)
                .endless(film.endless() && !finished);
        List<Blob> blobs = new ArrayList<>();
        String index = Integer.toString(task.chunk());
        blobs.add(new Blob(Place.SNAPSHOTS, index, SnapshotCodec.encode(chunk.snapshot())));
        blobs.add(new Blob(Place.SEGMENTS, index, Buffer.buffer(chunk.segment())));
        blobs.add(new Blob(Place.MEDIA, INIT, Buffer.buffer(chunk.init())));
        chunk.poster().ifPresent(jpeg -> blobs.add(new Blob(Place.MEDIA, POSTER, Buffer.buffer(jpeg))));
        List<Event> events = new ArrayList<>();
        events.add(chunkEvent(after, task, chunk));
        if (finished || paused) {
            events.add(state(after));
        }
        return Optional.of(new FilmChange<>(
                record.with(after).idle(), EnhancementRules.stale(film, after), blobs, events, after));
    }

    static Optional<FilmChange<Film>> failed(FilmRecord record, ChunkTask task, String error) {
        if (!valid(record, task)) {
            return Optional.empty();
        }
        FilmRecord after = record.with(record.film().ended().in(FilmState.FAILED, error)).idle();
        Film failed = after.film();
        return Optional.of(FilmChange.of(
                after,
                List.of(new Event(FilmEvent.ERROR, new JsonObject().put("message", error)), state(failed)),
                failed));
    }

    static Optional<FilmChange<Film>> stopped(FilmRecord record) {
        if (!record.film().state().underWay()) {
            return Optional.empty();
        }
        FilmRecord after = record.with(record.film().ended().in(FilmState.STOPPED, "")).idle();
        return Optional.of(FilmChange.of(after, List.of(state(after.film())), after.film()));
    }

    static FilmChange<PromptChange> prompted(FilmRecord record, PromptChange wish) {
        Film film = record.film();
        PromptChange change = reachable(film, wish);
        Film after = film.with(film.recipe().withTimeline(film.recipe().timeline().with(change)));
        return FilmChange.of(record.with(after), List.of(prompt(film, change)), change);
    }

    /** The chunk that is being made is still good. */
    static Optional<FilmChange<Film>> paused(FilmRecord record) {
        return record.film().state().active()
                ? Optional.of(told(record.with(record.film().in(FilmState.PAUSED, ""))))
                : Optional.empty();
    }

    static Optional<FilmChange<Film>> resumed(FilmRecord record) {
        Film film = record.film();
        FilmState state = film.making() == Film.NONE ? FilmState.QUEUED : FilmState.RUNNING;
        return film.state() == FilmState.PAUSED
                ? Optional.of(told(record.with(film.in(state, ""))))
                : Optional.empty();
    }

    static FilmChange<Film> titled(FilmRecord record, String title) {
        return told(record.with(record.film().titled(title)));
    }

    static FilmChange<Film> replanned(FilmRecord record, List<PromptChange> planned, Optional<String> version) {
        Film film = record.film();
        Timeline before = film.recipe().timeline();
        if (version.isPresent() && !version.get().equals(before.version())) {
            throw new ChangedMeanwhileException("timeline");
        }
        Timeline timeline = film.replanned(planned);
        Film after = film.with(film.recipe().withTimeline(timeline));
        return FilmChange.of(
                record.with(after),
                List.of(new Event(FilmEvent.PROMPT, new JsonObject().put("frame", difference(before, timeline, film)))),
                after);
    }

    /** The first frame at which two timelines of a film differ; where a new prompt would act if they don't. */
    private static int difference(Timeline one, Timeline other, Film film) {
        int earliest = Integer.MAX_VALUE;
        for (PromptChange change : one.changes()) {
            earliest = other.changes().contains(change) ? earliest : Math.min(earliest, change.frame());
        }
        for (PromptChange change : other.changes()) {
            earliest = one.changes().contains(change) ? earliest : Math.min(earliest, change.frame());
        }
        return earliest == Integer.MAX_VALUE
                ? film.firstOpenFrame()
                : seenFrom(film, earliest);
    }

    private static int seenFrom(Film film, int frame) {
        return film.plan().firstFrame(film.plan().firstChunkFrom(frame));
    }

    static FilmChange<Film> extended(FilmRecord record, More more) {
        Film film = record.film();
        Film after = more.of(film);
        List<Event> events = new ArrayList<>();
        more.prompt().ifPresent(text -> events.add(prompt(film, new PromptChange(film.firstOpenFrame(), text))));
        events.add(state(after));
        return FilmChange.of(record.with(after), events, after);
    }

    /** Out of sight, with nothing being made. */
    static Optional<FilmChange<Film>> trashed(FilmRecord record) {
        FilmRecord after = record.with(FilmRecord.Fate.TRASHED).idle();
        return record.kept()
                ? Optional.of(FilmChange.of(after, List.of(new Event(FilmEvent.TRASHED, new JsonObject())), after.film()))
                : Optional.empty();
    }

    static Optional<FilmChange<Film>> restored(FilmRecord record, boolean goesOn) {
        Film film = record.film();
        Film after = goesOn || !film.state().active() ? film : film.in(FilmState.PAUSED, "");
        return record.fate() == FilmRecord.Fate.TRASHED
                ? Optional.of(told(record.with(FilmRecord.Fate.KEPT).with(after)))
                : Optional.empty();
    }

    /** To be forgotten, from now on whatever happens. */
    static Optional<FilmChange<Film>> condemned(FilmRecord record, boolean evenIfKept) {
        FilmRecord after = record.with(FilmRecord.Fate.CONDEMNED).idle();
        return record.fate() == FilmRecord.Fate.TRASHED || evenIfKept && record.kept()
                ? Optional.of(FilmChange.of(after, List.of(), after.film()))
                : Optional.empty();
    }

    static FilmChange<Film> told(FilmRecord after) {
        return FilmChange.of(after, List.of(state(after.film())), after.film());
    }

    private static PromptChange reachable(Film film, PromptChange wish) {
        return new PromptChange(Math.max(wish.frame(), film.firstOpenFrame()), wish.prompt(), wish.transition());
    }

    static Event state(Film film) {
        return new Event(FilmEvent.STATE, EnhancementRules.state(film, new JsonObject()
                .put("state", film.state().name())
                .put("endless", film.endless())
                .put("frames", film.recipe().frames())
                .put("framesDone", film.framesDone())
                .put("chunks", film.chunks())
                .put("chunksDone", film.chunksDone())
                .put("error", film.error())));
    }

    private static Event prompt(Film film, PromptChange change) {
        return new Event(FilmEvent.PROMPT, new JsonObject()
                .put("frame", seenFrom(film, change.frame()))
                .put("prompt", change.prompt())
                .put("transition", change.transition()));
    }

    private static Event chunkEvent(Film film, ChunkTask task, CommittedChunk chunk) {
        return new Event(FilmEvent.CHUNK, EnhancementRules.state(film, new JsonObject()
                .put("chunk", task.chunk())
                .put("firstFrame", film.plan().firstFrame(task.chunk()))
                .put("frames", task.shownFrames())
                .put("framesDone", film.framesDone())
                .put("firstOpenFrame", film.firstOpenFrame())
                .put("prompt", task.film().recipe().timeline().at(task.chunk(), film.plan()).to())
                .put("seconds", chunk.seconds())
                .put("inferenceSeconds", chunk.inferenceSeconds())
                .put("fps", chunk.seconds() > 0 ? task.shownFrames() / chunk.seconds() : 0.0)));
    }
}
