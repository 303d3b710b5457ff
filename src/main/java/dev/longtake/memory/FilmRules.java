package dev.longtake.memory;

import dev.longtake.film.Film;
import dev.longtake.film.FilmState;
import dev.longtake.film.InvalidFieldException;
import dev.longtake.film.PromptChange;
import dev.longtake.film.Recipe;
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

    private FilmRules() {}

    static FilmChange<Film> born(Film film) {
        FilmRecord record = new FilmRecord(film, FilmRecord.UNBORN, 0);
        return FilmChange.of(record, List.of(state(film)), film);
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
        return record.film().state().active() && record.run() == task.run();
    }

    static Optional<FilmChange<Film>> committed(FilmRecord record, ChunkTask task, CommittedChunk chunk) {
        if (!valid(record, task)) {
            return Optional.empty();
        }
        Film film = record.film();
        int framesDone = film.plan().firstFrame(task.chunk()) + task.shownFrames();
        FilmState state = framesDone >= film.recipe().frames() ? FilmState.FINISHED : FilmState.RUNNING;
        Film after = film.grown(task.chunk() + 1, framesDone, state);
        List<Blob> blobs = new ArrayList<>();
        String index = Integer.toString(task.chunk());
        blobs.add(new Blob(Place.SNAPSHOTS, index, SnapshotCodec.encode(chunk.snapshot())));
        blobs.add(new Blob(Place.SEGMENTS, index, Buffer.buffer(chunk.segment())));
        blobs.add(new Blob(Place.MEDIA, INIT, Buffer.buffer(chunk.init())));
        chunk.poster().ifPresent(jpeg -> blobs.add(new Blob(Place.MEDIA, POSTER, Buffer.buffer(jpeg))));
        List<Event> events = new ArrayList<>();
        events.add(chunkEvent(after, task, chunk));
        if (state == FilmState.FINISHED) {
            events.add(state(after));
        }
        return Optional.of(new FilmChange<>(record.with(after).idle(), blobs, events, after));
    }

    static Optional<FilmChange<Film>> failed(FilmRecord record, ChunkTask task, String error) {
        if (!valid(record, task)) {
            return Optional.empty();
        }
        FilmRecord after = record.with(record.film().in(FilmState.FAILED, error)).idle();
        Film failed = after.film();
        return Optional.of(FilmChange.of(
                after,
                List.of(new Event(FilmEvent.ERROR, new JsonObject().put("message", error)), state(failed)),
                failed));
    }

    static Optional<FilmChange<Film>> stopped(FilmRecord record) {
        if (!record.film().state().active()) {
            return Optional.empty();
        }
        FilmRecord after = record.with(record.film().in(FilmState.STOPPED, "")).idle();
        return Optional.of(FilmChange.of(after, List.of(state(after.film())), after.film()));
    }

    static FilmChange<PromptChange> prompted(FilmRecord record, PromptChange wish) {
        Film film = record.film();
        PromptChange change = reachable(film, wish);
        Film after = film.with(film.recipe().withTimeline(film.recipe().timeline().with(change)));
        return FilmChange.of(record.with(after), List.of(prompt(change)), change);
    }

    static FilmChange<Film> extended(FilmRecord record, int frames, Optional<String> prompt) {
        Film film = record.film();
        if (frames < 1 || frames > Recipe.LONGEST_FILM) {
            throw new InvalidFieldException("frames", frames, "1 to " + Recipe.LONGEST_FILM);
        }
        boolean active = film.state().active();
        int base = active ? film.recipe().frames() : film.framesDone();
        Recipe recipe = film.recipe().withFrames(base + frames);
        List<Event> events = new ArrayList<>();
        if (prompt.isPresent()) {
            PromptChange change = reachable(film, new PromptChange(0, prompt.get()));
            recipe = recipe.withTimeline(recipe.timeline().with(change));
            events.add(prompt(change));
        }
        Film after = film.with(recipe).in(active ? film.state() : FilmState.QUEUED, "");
        events.add(state(after));
        return FilmChange.of(record.with(after), events, after);
    }

    private static PromptChange reachable(Film film, PromptChange wish) {
        return new PromptChange(Math.max(wish.frame(), film.firstOpenFrame()), wish.prompt(), wish.transition());
    }

    private static Event state(Film film) {
        return new Event(FilmEvent.STATE, new JsonObject()
                .put("state", film.state().name())
                .put("frames", film.recipe().frames())
                .put("framesDone", film.framesDone())
                .put("chunks", film.chunks())
                .put("chunksDone", film.chunksDone())
                .put("error", film.error()));
    }

    private static Event prompt(PromptChange change) {
        return new Event(FilmEvent.PROMPT, new JsonObject()
                .put("frame", change.frame())
                .put("prompt", change.prompt())
                .put("transition", change.transition()));
    }

    private static Event chunkEvent(Film film, ChunkTask task, CommittedChunk chunk) {
        return new Event(FilmEvent.CHUNK, new JsonObject()
                .put("chunk", task.chunk())
                .put("firstFrame", film.plan().firstFrame(task.chunk()))
                .put("frames", task.shownFrames())
                .put("framesDone", film.framesDone())
                .put("firstOpenFrame", film.firstOpenFrame())
                .put("prompt", task.film().recipe().timeline().at(task.chunk(), film.plan()).to())
                .put("seconds", chunk.seconds())
                .put("inferenceSeconds", chunk.inferenceSeconds())
                .put("fps", chunk.seconds() > 0 ? task.shownFrames() / chunk.seconds() : 0.0));
    }
}
