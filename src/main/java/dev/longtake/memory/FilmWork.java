package dev.longtake.memory;

import dev.longtake.film.Film;
import dev.longtake.film.FilmId;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.util.stream.IntStream;

/**
 * Sees to it that films are worked on: lists those that are active, which {@link Sweeper} looks after, and queues
 * them. To be listed before the film is active, queued after: then no crash in between leaves one without work.
 */
final class FilmWork {

    private final RedisConnections redis;
    private final FilmEvents events;
    private final JobQueue jobs;

    FilmWork(RedisConnections redis, FilmEvents events, JobQueue jobs) {
        this.redis = redis;
        this.events = events;
        this.jobs = jobs;
    }

    Future<Void> activate(FilmId id) {
        return redis.send(Request.cmd(Command.SADD).arg(FilmKeys.ACTIVE).arg(id.value())).mapEmpty();
    }

    Future<Void> queue(FilmId id) {
        return jobs.enqueue(id, Stage.CHUNKS)
                .compose(queued -> jobs.position(id))
                .compose(position -> position.isEmpty()
                        ? Future.succeededFuture()
                        : events.announcePosition(id, position.get()));
    }

    /** Whether there is something to do for a film now. */
    static boolean needed(Film film) {
        return film.state().active() || film.enhanceable().isPresent();
    }

    /** Queues a film for what there is to do. A sweep may have taken it off the list before there was anything. */
    Future<Film> resume(Film film) {
        return needed(film)
                ? activate(film.id())
                        .compose(listed -> film.state().active() ? queue(film.id()) : Future.succeededFuture())
                        .compose(queued -> refine(film))
                : Future.succeededFuture(film);
    }

    /** Queues a film that is listed to be refined, if it can be. */
    Future<Film> refine(Film film) {
        return film.enhanceable().isPresent()
                ? jobs.enqueue(film.id(), Stage.ENHANCEMENT).map(film)
                : Future.succeededFuture(film);
    }

    Future<Void> announcePositions() {
        return jobs.waiting().compose(waiting -> Future.join(IntStream.range(0, waiting.size())
                        .mapToObj(i -> events.announcePosition(waiting.get(i), i))
                        .toList()))
                .mapEmpty();
    }
}
