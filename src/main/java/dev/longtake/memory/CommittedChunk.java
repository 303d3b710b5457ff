package dev.longtake.memory;

import dev.longtake.film.Snapshot;
import java.util.Optional;

/**
 * What one chunk adds to a film.
 *
 * @param snapshot         where the next chunk goes on
 * @param init             the film's fMP4 init segment
 * @param segment          fMP4 media segment of the chunk's shown frames
 * @param poster           JPEG that stands for the film
 * @param seconds          time it took
 * @param inferenceSeconds part of it spent inside ONNX Runtime
 */
public record CommittedChunk(
        Snapshot snapshot,
        byte[] init,
        byte[] segment,
        Optional<byte[]> poster,
        double seconds,
        double inferenceSeconds) {}
