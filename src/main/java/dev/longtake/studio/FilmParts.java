package dev.longtake.studio;

import dev.longtake.film.FilmId;
import dev.longtake.media.MediaSegment;
import dev.longtake.memory.FilmMemory;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The pieces of films, for threads that have nothing else to do than to wait for them. */
final class FilmParts {

    private static final long READ_TIMEOUT_SECONDS = 30;

    private final FilmMemory films;

    FilmParts(FilmMemory films) {
        this.films = films;
    }

    byte[] init(FilmId film, Rendition rendition) throws IOException {
        return read(rendition == Rendition.ENHANCED ? films.enhancedInit(film) : films.init(film)).getBytes();
    }

    /** @param init of the film in this rendition, which all its segments share */
    MediaSegment segment(FilmId film, Rendition rendition, int chunk, byte[] init) throws IOException {
        Future<Optional<Buffer>> segment =
                rendition == Rendition.ENHANCED ? films.enhancedSegment(film, chunk) : films.segment(film, chunk);
        return new MediaSegment(init, read(segment).getBytes());
    }

    private static Buffer read(Future<Optional<Buffer>> part) throws IOException {
        try {
            return part.toCompletionStage().toCompletableFuture().get(READ_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                    .orElseThrow(() -> new IOException("a part of the film is missing"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while a film was put together", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("a part of the film can't be read", e);
        }
    }
}
