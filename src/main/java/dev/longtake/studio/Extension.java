package dev.longtake.studio;

import dev.longtake.film.InvalidFieldException;
import dev.longtake.film.PromptChange;
import dev.longtake.film.Recipe;
import java.util.Optional;

/**
 * Body of {@code POST /api/films/{id}/extend}.
 *
 * @param frames how many frames to add
 * @param prompt what to show in them; null to go on as before
 */
record Extension(Integer frames, String prompt) {

    /** @throws InvalidFieldException unless there is at least one frame to add */
    int requireFrames() {
        String allowed = "1 to " + Recipe.LONGEST_FILM;
        int more = Inputs.require("frames", frames, allowed);
        if (more < 1 || more > Recipe.LONGEST_FILM) {
            throw new InvalidFieldException("frames", more, allowed);
        }
        return more;
    }

    /** @throws InvalidFieldException if the prompt is empty or too long */
    Optional<String> checkedPrompt() {
        return Optional.ofNullable(prompt).map(text -> new PromptChange(0, text).prompt());
    }
}
