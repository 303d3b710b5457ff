package dev.longtake.studio;

import dev.longtake.film.Film;
import dev.longtake.film.FilmState;
import dev.longtake.memory.JobQueue;
import dev.longtake.pack.PackManifest;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;

/** Turns films into what the API shows of them. */
final class FilmViews {

    private final JobQueue jobs;
    private final PackManifest.Video video;

    FilmViews(JobQueue jobs, PackManifest.Video video) {
        this.jobs = jobs;
        this.video = video;
    }

    Future<FilmView> view(Film film, FilmAccess.LinkMaker links) {
        return queuePosition(film).map(position -> FilmView.of(film, video, position, links.of(film.id())));
    }

    Future<List<FilmView>> views(List<Film> films, FilmAccess.LinkMaker links) {
        return Future.all(films.stream().map(film -> view(film, links)).toList()).map(all -> all.list());
    }

    /** Films that get their turn before this one; empty unless it is queued. */
    Future<Optional<Integer>> queuePosition(Film film) {
        return film.state() == FilmState.QUEUED ? jobs.position(film.id()) : Future.succeededFuture(Optional.empty());
    }
}
