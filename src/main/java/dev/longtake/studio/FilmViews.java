package dev.longtake.studio;

import dev.longtake.film.Film;
import dev.longtake.film.FilmState;
import dev.longtake.memory.FilmEvents;
import dev.longtake.memory.JobQueue;
import dev.longtake.pack.PackManifest;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Turns films into what the API shows of them. */
final class FilmViews {

    private final JobQueue jobs;
    private final FilmEvents events;
    private final PackManifest manifest;

    FilmViews(JobQueue jobs, FilmEvents events, PackManifest manifest) {
        this.jobs = jobs;
        this.events = events;
        this.manifest = manifest;
    }

    Future<FilmView> view(Film film, FilmAccess.LinkMaker links) {
        return Future.all(queuePosition(film), progress(film), enhancement(film)).map(parts -> FilmView.of(
                film,
                manifest.video(),
                new FilmView.Now(parts.resultAt(0), parts.resultAt(1), parts.resultAt(2)),
                links.of(film.id())));
    }

    Future<List<FilmView>> views(List<Film> films, FilmAccess.LinkMaker links) {
        return Future.all(films.stream().map(film -> view(film, links)).toList()).map(all -> all.list());
    }

    /** Some of a film's chunks: those that are made and those that are to be. */
    List<ChunkView> chunks(Film film, int from, int limit, FilmAccess.LinkMaker links) {
        int all = Math.max(film.chunks(), film.chunksDone());
        return IntStream.range(from, Math.min(all, from + limit))
                .mapToObj(chunk -> ChunkView.of(film, chunk, manifest.video().fps(), links.of(film.id())))
                .toList();
    }

    private Future<Optional<Map<String, Object>>> progress(Film film) {
        return film.making() == Film.NONE
                ? Future.succeededFuture(Optional.empty())
                : events.progress(film.id()).map(body -> body
                        .filter(progress -> progress.getInteger("chunk") == film.making())
                        .map(JsonObject::getMap));
    }

    private Future<Optional<EnhancementView>> enhancement(Film film) {
        return film.enhancement().isEmpty()
                ? Future.succeededFuture(Optional.empty())
                : events.enhancing(film.id()).map(news -> Optional.of(
                        EnhancementView.of(film, film.enhancement().get(), manifest, news)));
    }

    /** Films that get their turn before this one; empty unless it is queued. */
    Future<Optional<Integer>> queuePosition(Film film) {
        return film.state() == FilmState.QUEUED ? jobs.position(film.id()) : Future.succeededFuture(Optional.empty());
    }
}
