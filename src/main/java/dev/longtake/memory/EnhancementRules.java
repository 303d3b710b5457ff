package dev.longtake.memory;

import dev.longtake.film.ChunkPlan;
import dev.longtake.film.Enhancement;
import dev.longtake.film.EnhancementPlan;
import dev.longtake.film.Film;
import dev.longtake.film.FilmState;
import dev.longtake.film.FrameRange;
import dev.longtake.memory.FilmChange.Blob;
import dev.longtake.memory.FilmChange.Event;
import dev.longtake.memory.FilmChange.Place;
import dev.longtake.memory.FilmChange.Stale;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How a film is refined, beside {@link FilmRules}. No I/O; an empty answer means that nothing changes. */
final class EnhancementRules {

    static final String INIT = "enhancedInit";

    private EnhancementRules() {}

    /** @throws dev.longtake.film.InvalidFieldException if the film is not cut into chunks that fit */
    static Optional<FilmChange<Film>> enhanced(FilmRecord record, EnhancementPlan plan) {
        Optional<Enhancement> before = record.film().enhancement();
        if (before.filter(on -> on.error().isEmpty()).isPresent()) {
            return Optional.empty();
        }
        plan.requireFitting(record.film().plan());
        Enhancement after = before.filter(failed -> failed.plan().equals(plan))
                .map(failed -> failed.failed(""))
                .orElseGet(() -> Enhancement.begun(plan));
        return Optional.of(changed(record, Optional.of(after)));
    }

    static Optional<FilmChange<Film>> unenhanced(FilmRecord record) {
        return record.film().enhancement().map(on -> changed(record, Optional.empty()));
    }

    private static FilmChange<Film> changed(FilmRecord record, Optional<Enhancement> enhancement) {
        Film after = record.film().enhanced(enhancement);
        boolean nothing = enhancement.filter(kept -> kept.frames() > 0).isEmpty();
        List<Stale> stale = nothing
                ? List.of(new Stale(Place.ENHANCED, ""), new Stale(Place.MEDIA, INIT))
                : List.of();
        return new FilmChange<>(
                record.with(after).refining(), stale, List.of(), List.of(FilmRules.state(after)), after);
    }

    static Optional<FilmChange<EnhancementTask>> begun(FilmRecord record) {
        FilmRecord after = record.refining();
        return record.film().enhanceable().map(range ->
                FilmChange.of(after, List.of(), new EnhancementTask(record.film(), range, after.enhanceRun())));
    }

    /** Whether what was done for {@code task} still counts. */
    private static boolean valid(FilmRecord record, EnhancementTask task) {
        Film film = record.film();
        // What was begun before the film came to rest is finished, as a chunk is.
        Film going = film.state() == FilmState.PAUSED ? film.in(FilmState.RUNNING, "") : film;
        return record.enhanceRun() == task.run()
                && going.enhanceable().filter(task.range()::equals).isPresent()
                && (!task.hangsOnEnd() || film.hasEnded() && film.framesDone() == task.film().framesDone());
    }

    static Optional<FilmChange<Film>> committed(FilmRecord record, EnhancementTask task, CommittedEnhancement refined) {
        if (!valid(record, task)) {
            return Optional.empty();
        }
        Film film = record.film();
        Film after = film.enhanced(film.enhancement().map(before -> before.reaching(task.range().to())));
        List<Blob> blobs = new ArrayList<>();
        for (int i = 0; i < refined.segments().size(); i++) {
            blobs.add(new Blob(Place.ENHANCED, Integer.toString(task.firstChunk() + i),
                    Buffer.buffer(refined.segments().get(i))));
        }
        blobs.add(new Blob(Place.MEDIA, INIT, Buffer.buffer(refined.init())));
        refined.poster().ifPresent(jpeg -> blobs.add(new Blob(Place.MEDIA, FilmRules.POSTER, Buffer.buffer(jpeg))));
        return Optional.of(new FilmChange<>(
                record.with(after).refining(), List.of(), blobs, List.of(event(after, task, refined)), after));
    }

    static Optional<FilmChange<Film>> failed(FilmRecord record, EnhancementTask task, String error) {
        if (!valid(record, task)) {
            return Optional.empty();
        }
        Film film = record.film();
        return Optional.of(FilmRules.told(
                record.with(film.enhanced(film.enhancement().map(on -> on.failed(error)))).refining()));
    }

    /** A film that is about to be given more frames: what was refined up to its end is to be refined anew. */
    static Film settled(Film film) {
        return film.enhanced(film.enhancement().map(done -> done.settledIn(film.framesDone())));
    }

    /** Refined pictures that are none of {@code after}'s. */
    static List<Stale> stale(Film before, Film after) {
        List<Stale> stale = new ArrayList<>();
        ChunkPlan plan = after.plan();
        int kept = after.enhancement().map(Enhancement::frames).orElse(0);
        int refined = before.enhancement().map(Enhancement::frames).orElse(0);
        for (int chunk = plan.firstChunkFrom(kept); plan.firstFrame(chunk) < refined; chunk++) {
            stale.add(new Stale(Place.ENHANCED, Integer.toString(chunk)));
        }
        return stale;
    }

    /** Adds to an event's body how far the film is refined, if it is to be. */
    static JsonObject state(Film film, JsonObject body) {
        film.enhancement().ifPresent(done -> {
            body.put("enhancedFrames", done.frames());
            if (!done.error().isEmpty()) {
                body.put("enhancementError", done.error());
            }
        });
        return body;
    }

    private static Event event(Film film, EnhancementTask task, CommittedEnhancement refined) {
        FrameRange range = task.range();
        return new Event(FilmEvent.ENHANCED, new JsonObject()
                .put("firstChunk", task.firstChunk())
                .put("chunks", task.chunks())
                .put("firstFrame", range.from())
                .put("frames", range.count())
                .put("enhancedFrames", range.to())
                .put("framesDone", film.framesDone())
                .put("seconds", refined.seconds())
                .put("fps", refined.seconds() > 0 ? range.count() / refined.seconds() : 0.0));
    }
}
