package dev.longtake.film;

import java.util.Locale;
import java.util.Set;

/**
 * From {@code frame} on, the film follows {@code prompt}. A prompt that goes on ("now the sun rises") changes the
 * scene before it; any other is a new scene.
 *
 * @param frame      frame of the film, 0 or more; acts from the first chunk that starts at or after it
 * @param prompt     1 to {@value Recipe#LONGEST_PROMPT} characters
 * @param transition chunks over which the old prompt fades into the new one, 1 (a switch) to 32
 */
public record PromptChange(int frame, String prompt, int transition) {

    public static final int LONGEST_TRANSITION = 32;

    /** Words that lead on from what is already there; none of them introduces somebody new. */
    private static final Set<String> GOING_ON = Set.of(
            "now", "then", "and", "but", "still", "suddenly", "slowly", "soon", "later", "finally",
            "it", "its", "the", "this", "in", "on", "at", "under", "with", "without", "while", "when", "as", "after",
            "night", "day", "dawn", "dusk", "morning", "evening");

    public PromptChange {
        if (frame < 0) {
            throw new InvalidFieldException("timeline.frame", frame, "0 or more");
        }
        prompt = Recipe.requirePrompt("prompt", prompt);
        if (transition < 1 || transition > LONGEST_TRANSITION) {
            throw new InvalidFieldException("transition", transition, "1 to " + LONGEST_TRANSITION + " chunks");
        }
    }

    public PromptChange(int frame, String prompt) {
        this(frame, prompt, 1);
    }

    /** The same change at the frame from which it really acts in a film cut by {@code plan}. */
    public PromptChange acting(ChunkPlan plan) {
        return new PromptChange(plan.firstFrame(plan.firstChunkFrom(frame)), prompt, transition);
    }

    /** Whether the prompt leads on from the scene before: it begins with now, then, it, the … (English only). */
    public boolean goesOn() {
        String firstWord = prompt.toLowerCase(Locale.ROOT).split("[^\\p{L}]+", 2)[0];
        return GOING_ON.contains(firstWord);
    }
}
