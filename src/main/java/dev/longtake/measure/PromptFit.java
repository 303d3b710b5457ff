package dev.longtake.measure;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * How many frames of a film show what its prompt says, by kind of thing (actor, place, …) and all kinds together.
 *
 * @param frames frames looked at
 * @param judged frames in which a kind was asked for and could be judged; {@value #ALL} counts those where that holds
 *               for every kind that was asked for. Kinds that were never judged are missing
 * @param right  of {@code judged}, those that show what was asked for; the same keys
 */
public record PromptFit(int frames, Map<String, Integer> judged, Map<String, Integer> right) {

    public static final String ALL = "all";

    /** No frames at all: what sums start with. */
    public static final PromptFit NONE = new PromptFit(0, Map.of(), Map.of());

    public PromptFit {
        judged = Map.copyOf(judged);
        right = Map.copyOf(right);
    }

    /**
     * Compares a judge's verdicts with what the prompt asked for.
     *
     * @param expected the right name by kind; kinds that it lacks are not judged
     * @param verdicts one name for each frame by kind, null where the judge can't tell; kinds that it lacks are not
     *                 judged
     */
    public static PromptFit of(Map<String, String> expected, Map<String, List<String>> verdicts) {
        Set<String> kinds = new TreeSet<>(verdicts.keySet());
        kinds.retainAll(expected.keySet());
        int frames = verdicts.values().iterator().next().size();
        Map<String, Integer> judged = new LinkedHashMap<>();
        Map<String, Integer> right = new LinkedHashMap<>();
        for (int frame = 0; frame < frames && !kinds.isEmpty(); frame++) {
            boolean all = true;
            boolean allRight = true;
            for (String kind : kinds) {
                String seen = verdicts.get(kind).get(frame);
                boolean hit = expected.get(kind).equals(seen);
                count(judged, right, kind, seen != null, hit);
                all &= seen != null;
                allRight &= hit;
            }
            count(judged, right, ALL, all, allRight);
        }
        return new PromptFit(frames, judged, right);
    }

    private static void count(
            Map<String, Integer> judged, Map<String, Integer> right, String kind, boolean told, boolean hit) {
        if (told) {
            judged.merge(kind, 1, Integer::sum);
            right.merge(kind, hit ? 1 : 0, Integer::sum);
        }
    }

    public PromptFit plus(PromptFit other) {
        return new PromptFit(frames + other.frames, sum(judged, other.judged), sum(right, other.right));
    }

    /** Share of the frames judged in which {@code kind} was right, 0 to 1; NaN where it was never judged. */
    public double share(String kind) {
        return (double) right.getOrDefault(kind, 0) / judged.getOrDefault(kind, 0);
    }

    private static Map<String, Integer> sum(Map<String, Integer> a, Map<String, Integer> b) {
        Map<String, Integer> sum = new LinkedHashMap<>(a);
        b.forEach((kind, count) -> sum.merge(kind, count, Integer::sum));
        return sum;
    }
}
