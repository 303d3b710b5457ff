package dev.longtake.memory;

import java.util.List;
import java.util.Optional;

/**
 * Refined frames of a film.
 *
 * @param init     fMP4 init segment of the refined film
 * @param segments fMP4 media segments, one for each chunk that the frames belong to
 * @param poster   JPEG that stands for the film from now on
 * @param seconds  time it took
 */
public record CommittedEnhancement(byte[] init, List<byte[]> segments, Optional<byte[]> poster, double seconds) {

    public CommittedEnhancement {
        segments = List.copyOf(segments);
    }
}
