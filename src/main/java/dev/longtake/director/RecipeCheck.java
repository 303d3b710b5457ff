package dev.longtake.director;

import dev.longtake.film.InvalidFieldException;
import dev.longtake.film.Recipe;
import dev.longtake.pack.PackManifest;
import dev.longtake.pack.PromptTokenizer;

/**
 * Tells whether a pack can make a recipe, without the pack's networks. May be used by any number of threads.
 *
 * @param tokenizer of that pack; whoever opened it closes it
 */
public record RecipeCheck(PackManifest manifest, PromptTokenizer tokenizer) {

    /** @throws InvalidFieldException if the recipe is for another pack, or has too long a prompt or too many steps */
    public void check(Recipe recipe) {
        if (!recipe.pack().equals(manifest.name())) {
            throw new InvalidFieldException("pack", recipe.pack(), "\"" + manifest.name() + "\"");
        }
        recipe.timeline().scenes().forEach(scene -> tokenizer.check("prompt", scene));
        tokenizer.check("negativePrompt", recipe.negativePrompt());
        manifest.diffusion().sampler(recipe.steps());
    }
}
