package dev.longtake.film;

/**
 * From {@code frame} on, the film follows {@code prompt}.
 *
 * @param frame      frame of the film, 0 or more; acts from the first chunk that starts at or after it
 * @param prompt     1 to {@value Recipe#LONGEST_PROMPT} characters
 * @param transition chunks over which the old prompt fades into the new one, 1 (a switch) to 32
 */
public record PromptChange(int frame, String prompt, int transition) {

    public static final int LONGEST_TRANSITION = 32;

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
}
