package dev.longtake.director;

import dev.longtake.film.InvalidFieldException;
import dev.longtake.film.Mode;
import dev.longtake.film.Recipe;
import dev.longtake.pack.PackManifest;
import dev.longtake.pack.PromptTokenizer;

/**
 * Tells whether a pack can make a recipe, without the pack's networks. May be used by any number of threads.
 *
 * @param tokenizer of that pack; whoever opened it closes it
 */
public record RecipeCheck(PackManifest manifest, PromptTokenizer tokenizer) {

    /**
     * Checks one recipe.
     *
     * @throws InvalidFieldException if it is for another pack, begins with a picture and the pack can't, or has too long a prompt or steps or guidance that its
     *                               mode can't do
     */
    public void check(Recipe recipe) {
        if (!recipe.pack().equals(manifest.name())) {
            throw new InvalidFieldException("pack", recipe.pack(), "\"" + manifest.name() + "\"");
        }
        if (recipe.fromImage() && !manifest.startsFromImages()) {
            throw new InvalidFieldException("image", "a picture", "left out: the pack " + manifest.name()
                    + " can't begin with one (it has no network vae_encoder)");
        }
        recipe.timeline().scenes().forEach(scene -> tokenizer.check("prompt", scene));
        tokenizer.check("negativePrompt", recipe.negativePrompt());
        manifest.diffusion().sampler(recipe.mode(), recipe.steps());
        if (recipe.mode() == Mode.FAST) {
            manifest.diffusion().requireFast().requireGuidance(recipe.guidanceScale());
        }
    }
}
