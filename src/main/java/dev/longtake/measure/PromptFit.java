package dev.longtake.measure;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How many frames of a film show what its prompt says, by kind of thing (actor, place, …) and all kinds together.
 *
 * @param frames frames judged
 * @param right  frames in which a kind was right; {@value #ALL} counts those where every kind was
 */
public record PromptFit(int frames, Map<String, Integer> right) {

    public static final String ALL = "all";

    public PromptFit {
        right = Map.copyOf(right);
    }

    /** Compares a judge's verdicts (by kind, one name for each frame) with the names that the prompt asked for. */
    public static PromptFit of(Map<String, String> expected, Map<String, List<String>> verdicts) {
        int frames = verdicts.values().iterator().next().size();
        Map<String, Integer> right = new LinkedHashMap<>();
        int allRight = 0;
        for (int frame = 0; frame < frames; frame++) {
            boolean every = true;
            for (Map.Entry<String, List<String>> verdict : verdicts.entrySet()) {
                boolean hit = verdict.getValue().get(frame).equals(expected.get(verdict.getKey()));
                right.merge(verdict.getKey(), hit ? 1 : 0, Integer::sum);
                every &= hit;
            }
            allRight += every ? 1 : 0;
        }
        right.put(ALL, allRight);
        return new PromptFit(frames, right);
    }

    public PromptFit plus(PromptFit other) {
        Map<String, Integer> sum = new LinkedHashMap<>(right);
        other.right.forEach((kind, count) -> sum.merge(kind, count, Integer::sum));
        return new PromptFit(frames + other.frames, sum);
    }

    /** Share of frames in which {@code kind} was right, 0 to 1. */
    public double share(String kind) {
        return (double) right.getOrDefault(kind, 0) / frames;
    }
}
