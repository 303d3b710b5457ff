package dev.longtake.measure;

import java.util.Map;
import java.util.Set;

/**
 * How well one segment of a film shows what was asked for.
 *
 * @param fromFrame    the segment's first frame
 * @param expected     the right class by kind
 * @param fit          over the segment's frames, those before the change shows among them
 * @param changed      kinds that are asked for anew: of another class than in the segment before, or not asked for
 *                     there; empty for the first segment
 * @param switchFrames frames from {@code fromFrame} until the change shows: until the first of
 *                     {@value #STEADY_FRAMES} frames of the segment in a row in which every changed kind is right
 *                     (0: at once); null if that never happens, and where nothing changed
 */
public record SegmentScores(
        int fromFrame, Map<String, String> expected, PromptFit fit, Set<String> changed, Integer switchFrames) {

    /** Frames in a row that must be right before a change counts as shown. */
    public static final int STEADY_FRAMES = 4;

    public SegmentScores {
        expected = Map.copyOf(expected);
        changed = Set.copyOf(changed);
    }
}
