package dev.longtake.film;

/**
 * Everything that decides a film's pixels: the same recipe on the same pack and kind of device gives the same
 * film, bit for bit.
 *
 * @param pack           name of the model pack
 * @param timeline       what to show, and from when on
 * @param negativePrompt what not to show, may be empty
 * @param frames         length of the film, 1 to {@value #LONGEST_FILM}
 * @param seed           any number
 * @param mode           null where it was stored before there were modes: careful
 * @param steps          denoising steps of each chunk, 1 to {@value #MOST_STEPS}
 * @param guidanceScale  classifier-free guidance, 1 (off) to {@value #STRONGEST_GUIDANCE}; in fast mode the one that
 *                       the pack's network has learnt
 */
public record Recipe(
        String pack,
        Timeline timeline,
        String negativePrompt,
        int frames,
        long seed,
        Mode mode,
        int steps,
        double guidanceScale) {

    public static final int LONGEST_PROMPT = 500;
    public static final int LONGEST_FILM = 1_000_000;
    public static final int MOST_STEPS = 200;
    public static final double STRONGEST_GUIDANCE = 30;

    public Recipe {
        if (pack == null || pack.isBlank()) {
            throw new InvalidFieldException("pack", pack, "the name of a pack");
        }
        if (timeline == null) {
            throw new InvalidFieldException("timeline", null, "a list of prompts");
        }
        negativePrompt = negativePrompt == null ? "" : negativePrompt.strip();
        if (negativePrompt.length() > LONGEST_PROMPT) {
            throw new InvalidFieldException("negativePrompt", negativePrompt, "at most " + LONGEST_PROMPT + " characters");
        }
        frames = requireFrames(frames);
        if (steps < 1 || steps > MOST_STEPS) {
            throw new InvalidFieldException("steps", steps, "1 to " + MOST_STEPS);
        }
        if (!(guidanceScale >= 1 && guidanceScale <= STRONGEST_GUIDANCE)) {
            throw new InvalidFieldException("guidance", guidanceScale, "1 to " + STRONGEST_GUIDANCE);
        }
        mode = mode == null ? Mode.CAREFUL : mode;
        if (mode == Mode.FAST && !negativePrompt.isEmpty()) {
            throw new InvalidFieldException("negativePrompt", negativePrompt,
                    "empty in fast mode (it acts only in careful mode)");
        }
    }

    /** A careful recipe. */
    public Recipe(
            String pack,
            Timeline timeline,
            String negativePrompt,
            int frames,
            long seed,
            int steps,
            double guidanceScale) {
        this(pack, timeline, negativePrompt, frames, seed, Mode.CAREFUL, steps, guidanceScale);
    }

    public Recipe withFrames(int newFrames) {
        return new Recipe(pack, timeline, negativePrompt, newFrames, seed, mode, steps, guidanceScale);
    }

    public Recipe withTimeline(Timeline newTimeline) {
        return new Recipe(pack, newTimeline, negativePrompt, frames, seed, mode, steps, guidanceScale);
    }

    static int requireFrames(int frames) {
        if (frames < 1 || frames > LONGEST_FILM) {
            throw new InvalidFieldException("frames", frames, "1 to " + LONGEST_FILM);
        }
        return frames;
    }

    static String requirePrompt(String field, String prompt) {
        String stripped = prompt == null ? "" : prompt.strip();
        if (stripped.isEmpty() || stripped.length() > LONGEST_PROMPT) {
            throw new InvalidFieldException(field, prompt, "a sentence of 1 to " + LONGEST_PROMPT + " characters");
        }
        return stripped;
    }
}
