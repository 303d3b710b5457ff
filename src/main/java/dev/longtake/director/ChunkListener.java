package dev.longtake.director;

import dev.longtake.film.CancelledException;
import java.io.IOException;

/** Takes the chunks of a film as they are made, on the thread that makes them. */
@FunctionalInterface
public interface ChunkListener {

    /**
     * @throws IOException        to make no more of the film
     * @throws CancelledException if what is made of the chunk was cancelled
     */
    void onChunk(GeneratedChunk chunk) throws IOException, CancelledException;
}
