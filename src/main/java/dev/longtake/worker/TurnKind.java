package dev.longtake.worker;

import dev.longtake.film.EnhancementPlan;
import dev.longtake.film.Mode;
import dev.longtake.film.Recipe;
import dev.longtake.memory.Traffic;

/**
 * Turns that take equally long.
 *
 * @param steps   denoising steps, or those of refinement
 * @param guided  whether every step takes two passes
 * @param opening whether it is a film's first chunk, which knows nothing of one before
 * @param refines whether frames are refined: a window in all steps
 */
record TurnKind(int steps, boolean guided, boolean opening, boolean refines) {

    /** Where no turn is known: what comes before the first step and after the last one, in network passes. */
    private static final double FOREWORK = 1.5;
    private static final double AFTERWORK = 2.5;
    /** More and larger frames than those of a chunk, but a slighter network. */
    private static final double PASSES_OF_REFINING_STEP = 4;

    static TurnKind chunk(Recipe recipe, boolean opening) {
        // A film that begins with a picture takes two windows for its first chunk.
        int windows = opening && recipe.fromImage() ? 2 : 1;
        return new TurnKind(
                windows * recipe.steps(), recipe.mode() == Mode.CAREFUL && recipe.guidanceScale() != 1, opening, false);
    }

    static TurnKind enhancement(EnhancementPlan plan) {
        return new TurnKind(plan.steps(), false, false, true);
    }

    /**
     * How much more than usual is done in a turn of refinement that takes {@code steps} steps: a worker that has not
     * refined the frames before has to go back for them, and at a film's end there is more to refine at once.
     */
    static double units(EnhancementPlan plan, int steps) {
        return (double) steps / plan.steps();
    }

    /** The turns that are to come for some work. */
    static TurnKind later(Traffic.Work work) {
        return work.refining().map(TurnKind::enhancement).orElseGet(() -> chunk(work.recipe(), false));
    }

    private double passesOfSteps() {
        return steps * (refines ? PASSES_OF_REFINING_STEP : guided ? 2 : 1);
    }

    /** What it takes as the networks count it. */
    double passes() {
        return FOREWORK + passesOfSteps() + AFTERWORK;
    }

    /** Part of the turn that is over after a step, 0 to 1. */
    double over(int step, int ofSteps) {
        return (FOREWORK + (double) step / ofSteps * passesOfSteps()) / passes();
    }

    boolean like(TurnKind other) {
        return steps == other.steps && guided == other.guided && refines == other.refines;
    }
}
