package dev.longtake.director;

import java.io.IOException;

/** Takes the chunks of a film as they are made, on the thread that makes them. */
@FunctionalInterface
public interface ChunkListener {

    void onChunk(GeneratedChunk chunk) throws IOException;
}
