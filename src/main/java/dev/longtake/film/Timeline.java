package dev.longtake.film;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The prompts of a film, in the order of its frames. Never empty; the first change is at frame 0.
 *
 * @param changes sorted by frame, no two at the same frame, at most {@value #MOST_CHANGES}
 */
public record Timeline(List<PromptChange> changes) {

    public static final int MOST_CHANGES = 1000;

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

    /** What {@code chunk} of a film cut by {@code plan} is asked to show. */
    public PromptMix at(int chunk, ChunkPlan plan) {
        PromptChange before = changes.get(0);
        PromptChange current = before;
        for (PromptChange change : changes) {
            int first = plan.firstChunkFrom(change.frame());
            if (first <= chunk) {
                // Of two changes within one chunk the earlier is never seen.
                if (plan.firstChunkFrom(current.frame()) < first) {
                    before = current;
                }
                current = change;
            }
        }
        int chunksIn = 1 + chunk - plan.firstChunkFrom(current.frame());
        double weight = Math.min(1.0, (double) chunksIn / current.transition());
        return new PromptMix(before.prompt(), current.prompt(), weight);
    }
}
