package dev.longtake.memory;

import dev.longtake.film.Film;
import dev.longtake.film.FilmId;
import dev.longtake.film.PromptChange;
import dev.longtake.film.Snapshot;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Optional;

/**
 * The films. Every change is atomic, leaves an event and wakes a worker where there is something to do. Methods fail
 * with {@link UnknownFilmException} if there is no such film and with
 * {@link dev.longtake.film.InvalidFieldException} if a value is not allowed. Safe to use from any thread.
 */
public final class FilmMemory {

    /** Remembers a new film and queues it. */
    public Future<Film> create(Film film) {
        throw new UnsupportedOperationException();
    }

    public Future<Film> find(FilmId id) {
        throw new UnsupportedOperationException();
    }

    /**
     * Films of {@code owner}, newest first.
     *
     * @param before only films older than this one
     */
    public Future<List<Film>> list(String owner, int limit, Optional<FilmId> before) {
        throw new UnsupportedOperationException();
    }

    /**
     * Changes the prompt. A change that comes too late for its frame acts from the first chunk not started.
     *
     * @return the change as it acts
     */
    public Future<PromptChange> changePrompt(FilmId id, PromptChange change) {
        throw new UnsupportedOperationException();
    }

    /**
     * Makes a film longer, in any state: by {@code frames} beyond what was asked for if it is active, else beyond
     * what it has.
     *
     * @param frames at least 1
     * @param prompt prompt from the first chunk not started on
     */
    public Future<Film> extend(FilmId id, int frames, Optional<String> prompt) {
        throw new UnsupportedOperationException();
    }

    /** Stops an active film at once; it keeps the chunks it has. No effect on other films. */
    public Future<Film> stop(FilmId id) {
        throw new UnsupportedOperationException();
    }

    /** Forgets a film with everything that belongs to it. */
    public Future<Void> delete(FilmId id) {
        throw new UnsupportedOperationException();
    }

    /** Begins the next chunk of a film; empty if the film needs none. */
    public Future<Optional<ChunkTask>> begin(FilmId id) {
        throw new UnsupportedOperationException();
    }

    /**
     * Adds a chunk to its film. Harmless if it is there already or the task is no longer valid.
     *
     * @return the film as it is now
     */
    public Future<Film> commit(ChunkTask task, CommittedChunk chunk) {
        throw new UnsupportedOperationException();
    }

    /** The chunk of {@code task} cannot be made. No effect if the task is no longer valid. */
    public Future<Film> fail(ChunkTask task, String error) {
        throw new UnsupportedOperationException();
    }

    public Future<Optional<Snapshot>> snapshot(FilmId id, int chunk) {
        throw new UnsupportedOperationException();
    }

    /** The film's fMP4 init segment; empty until the first chunk is done. */
    public Future<Optional<Buffer>> init(FilmId id) {
        throw new UnsupportedOperationException();
    }

    /** The fMP4 media segment of {@code chunk}; empty until that chunk is done. */
    public Future<Optional<Buffer>> segment(FilmId id, int chunk) {
        throw new UnsupportedOperationException();
    }

    /** A JPEG of the film; empty until the first chunk is done. */
    public Future<Optional<Buffer>> poster(FilmId id) {
        throw new UnsupportedOperationException();
    }
}
