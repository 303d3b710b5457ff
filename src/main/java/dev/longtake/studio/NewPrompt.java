package dev.longtake.studio;

import dev.longtake.film.PromptChange;

/**
 * Body of {@code POST /api/films/{id}/prompts}.
 *
 * @param atFrame    frame from which the prompt acts; null for as early as possible
 * @param transition chunks over which the old prompt fades into this one; null for 1
 */
record NewPrompt(String prompt, Integer atFrame, Integer transition) {

    /** @throws dev.longtake.film.InvalidFieldException naming the first field that is wrong */
    PromptChange toChange() {
        return new PromptChange(Inputs.orElse(atFrame, 0), prompt, Inputs.orElse(transition, 1));
    }
}
