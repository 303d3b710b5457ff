package dev.longtake.pack;

import dev.longtake.film.Mode;
import dev.longtake.film.Recipe;

/**
 * How far a recipe departs from what a pack's networks usually get. The stages before and after the main one have usual
 * numbers of their own and depart from them as far, so that what a recipe says acts in all of them.
 *
 * @param steps    the recipe's number over the usual one
 * @param guidance the same of guidance
 */
public record Departure(double steps, double guidance) {

    /** Of a recipe whose mode the pack has. */
    static Departure of(Recipe recipe, Diffusion usual) {
        if (recipe.mode() == Mode.FAST) {
            Diffusion.Fast fast = usual.requireFast();
            return new Departure((double) recipe.steps() / fast.steps(), 1);
        }
        return new Departure((double) recipe.steps() / usual.steps(), recipe.guidanceScale() / usual.guidanceScale());
    }

    /** Steps of a stage that usually takes {@code usual} of them, of at most {@code most}. */
    public int steps(int usual, int most) {
        return (int) Math.max(1, Math.min(most, Math.round(usual * steps)));
    }

    /** Guidance of a stage; one that knows none stays without. */
    public double guidance(double usual) {
        return usual == 1 ? 1 : Math.max(1, Math.min(Recipe.STRONGEST_GUIDANCE, usual * guidance));
    }
}
