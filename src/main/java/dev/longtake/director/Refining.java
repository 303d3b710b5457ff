package dev.longtake.director;

import dev.longtake.film.EnhancementPlan;
import dev.longtake.film.Recipe;
import dev.longtake.pack.PackException;
import dev.longtake.pack.PackManifest;

/**
 * In which way a film is refined.
 *
 * @param plan     its windows are those of the pack
 * @param blending how neighbouring windows become one film
 */
public record Refining(EnhancementPlan plan, Blending blending) {

    /** As the recipe asks for. */
    public static Refining of(PackManifest manifest, Recipe recipe, Blending blending) {
        return new Refining(
                manifest.enhancementPlan(recipe)
                        .orElseThrow(() -> new PackException("the pack " + manifest.name() + " has no enhancer")),
                blending);
    }
}
