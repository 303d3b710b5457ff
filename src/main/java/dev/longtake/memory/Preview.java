package dev.longtake.memory;

import io.vertx.core.buffer.Buffer;

/**
 * A look at a chunk that is still being denoised.
 *
 * @param chunk index of the chunk
 * @param jpeg  the picture
 */
public record Preview(int chunk, Buffer jpeg) {}
