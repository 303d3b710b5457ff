package dev.longtake.measure;

import java.util.Map;

/**
 * What a film must show from a frame on.
 *
 * @param fromFrame the segment's first frame; it lasts until the next segment's, the last one until the film's end
 * @param expected  the right class by kind (actor, place, time, weather, action); a missing kind isn't judged
 */
public record Segment(int fromFrame, Map<String, String> expected) {

    public Segment {
        expected = Map.copyOf(expected);
    }
}
