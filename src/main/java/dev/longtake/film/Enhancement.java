package dev.longtake.film;

/**
 * How far a film is refined.
 *
 * @param plan   how its pack refines it
 * @param frames that are refined, from the first on
 * @param error  why it can't be refined further, empty if it can
 */
public record Enhancement(EnhancementPlan plan, int frames, String error) {

    /** Nothing is refined yet. */
    public static Enhancement begun(EnhancementPlan plan) {
        return new Enhancement(plan, 0, "");
    }

    public Enhancement reaching(int newFrames) {
        return new Enhancement(plan, newFrames, error);
    }

    public Enhancement failed(String newError) {
        return new Enhancement(plan, frames, newError);
    }

    /** What stays of it when a film that had {@code before} frames is given more, or only they are kept. */
    public Enhancement settledIn(int before) {
        return reaching(Math.min(frames, plan.settled(before)));
    }
}
