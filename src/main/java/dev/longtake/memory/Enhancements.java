package dev.longtake.memory;

import dev.longtake.film.Film;
import dev.longtake.film.FilmId;
import io.vertx.core.Future;
import java.util.Optional;

/**
 * A worker's side of refining films. Methods fail with {@link UnknownFilmException} if there is no such film. Safe to
 * use from any thread.
 */
public final class Enhancements {

    private final FilmRecords records;

    Enhancements(RedisConnections redis) {
        records = new FilmRecords(redis);
    }

    /** Begins to refine what can be refined next; empty if that is nothing. */
    public Future<Optional<EnhancementTask>> begin(FilmId id) {
        return records.changeIf(id, EnhancementRules::begun);
    }

    /**
     * Adds refined frames to their film. Harmless if they are there already or no longer wanted so.
     *
     * @return the film as it is now
     */
    public Future<Film> commit(EnhancementTask task, CommittedEnhancement refined) {
        FilmId id = task.film().id();
        return records.changeIf(id, record -> EnhancementRules.committed(record, task, refined))
                .compose(film -> records.after(film, id));
    }

    /**
     * What {@code task} asks for cannot be done: the film stays as it is, until it is asked for again. No effect if it
     * is no longer wanted so.
     */
    public Future<Film> fail(EnhancementTask task, String error) {
        FilmId id = task.film().id();
        return records.changeIf(id, record -> EnhancementRules.failed(record, task, error))
                .compose(film -> records.after(film, id));
    }
}
