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
        return jobs.enqueue(id)
                .compose(queued -> jobs.position(id))
                .compose(position -> position.isEmpty()
                        ? Future.succeededFuture()
                        : events.announcePosition(id, position.get()));
    }

    /** Queues a film if it is active. A sweep may have taken it off the list before it was. */
    Future<Film> resume(Film film) {
        return film.state().active()
                ? activate(film.id()).compose(active -> queue(film.id())).map(film)
                : Future.succeededFuture(film);
    }

    Future<Void> announcePositions() {
        return jobs.waiting().compose(waiting -> Future.join(IntStream.range(0, waiting.size())
                        .mapToObj(i -> events.announcePosition(waiting.get(i), i))
                        .toList()))
                .mapEmpty();
    }
}
