package dev.longtake.film;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The prompts of a film, in the order of its frames. Never empty; the first change is at frame 0.
 *
 * @param changes sorted by frame, no two at the same frame, at most {@value #MOST_CHANGES}
 */
public record Timeline(List<PromptChange> changes) {

    public static final int MOST_CHANGES = 1000;

    private static final int CHANGES_IN_A_SCENE = 2;

    public Timeline {
        List<PromptChange> sorted = new ArrayList<>(changes);
        sorted.sort(Comparator.comparingInt(PromptChange::frame));
        if (sorted.isEmpty() || sorted.get(0).frame() != 0) {
            throw new InvalidFieldException("timeline", changes, "a list of prompts with one at frame 0");
        }
        if (sorted.size() > MOST_CHANGES) {
            throw new InvalidFieldException("timeline", sorted.size(), "at most " + MOST_CHANGES + " prompts");
        }
        for (int i = 1; i < sorted.size(); i++) {
            if (sorted.get(i).frame() == sorted.get(i - 1).frame()) {
                throw new InvalidFieldException("timeline", sorted.get(i).frame(), "prompts at different frames");
            }
        }
        changes = List.copyOf(sorted);
    }

    public static Timeline of(String prompt) {
        return new Timeline(List.of(new PromptChange(0, prompt)));
    }

    /** This timeline with one more change; a change at the same frame is replaced. */
    public Timeline with(PromptChange change) {
        List<PromptChange> next = new ArrayList<>(changes);
        next.removeIf(old -> old.frame() == change.frame());
        next.add(change);
        return new Timeline(next);
    }

    /** Tells this timeline from any other: 16 hexadecimal digits. */
    public String version() {
        long hash = 0xcbf29ce484222325L;
        for (PromptChange change : changes) {
            String line = change.frame() + " " + change.transition() + " " + change.prompt() + "\n";
            for (byte octet : line.getBytes(StandardCharsets.UTF_8)) {
                // FNV-1a: the same in every process, as hashes of records need not be.
                hash = (hash ^ (octet & 0xff)) * 0x100000001b3L;
            }
        }
        return String.format("%016x", hash);
    }

    /** What {@code chunk} of a film cut by {@code plan} is asked to show. */
    public PromptMix at(int chunk, ChunkPlan plan) {
        int before = 0;
        int current = 0;
        for (int i = 0; i < changes.size(); i++) {
            int first = plan.firstChunkFrom(changes.get(i).frame());
            if (first <= chunk) {
                // Of two changes within one chunk the earlier is never seen.
                if (plan.firstChunkFrom(changes.get(current).frame()) < first) {
                    before = current;
                }
                current = i;
            }
        }
        int chunksIn = 1 + chunk - plan.firstChunkFrom(changes.get(current).frame());
        double weight = Math.min(1.0, (double) chunksIn / changes.get(current).transition());
        return new PromptMix(scene(before), scene(current), weight);
    }

    /** The changes that a film cut by {@code plan} shows, at the frames from which they act, in order. */
    public List<PromptChange> seen(ChunkPlan plan) {
        Map<Integer, PromptChange> seen = new TreeMap<>();
        // Of two changes within one chunk the earlier is never seen.
        changes.stream().map(change -> change.acting(plan)).forEach(change -> seen.put(change.frame(), change));
        return List.copyOf(seen.values());
    }

    /** What the networks read after each change: a prompt that goes on is read together with its scene. */
    public List<String> scenes() {
        return IntStream.range(0, changes.size()).mapToObj(this::scene).toList();
    }

    /**
     * A network that knows one sentence at a time can't tell whose sun rises in "now the sun rises". Hence the scene
     * is said again, followed by the latest of the changes made to it; more would bury what was said last.
     */
    private String scene(int index) {
        int opening = index;
        while (opening > 0 && changes.get(opening).goesOn()) {
            opening--;
        }
        int firstKept = Math.max(opening + 1, index - CHANGES_IN_A_SCENE + 1);
        return Stream.concat(Stream.of(changes.get(opening)), changes.subList(firstKept, index + 1).stream())
                .map(PromptChange::prompt)
                .collect(Collectors.joining(", "));
    }
}
