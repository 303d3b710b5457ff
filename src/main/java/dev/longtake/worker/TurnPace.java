package dev.longtake.worker;

import dev.longtake.film.Mode;
import dev.longtake.film.Recipe;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How long a worker's turns take, from taking a chunk to being free for the next: what is learnt from one film holds
 * for the next that is made the same way. Used on the worker's event loop and thread.
 */
final class TurnPace {

    /** Kinds of turns that are remembered. */
    private static final int MOST_KEPT = 64;
    /** So many turns weigh as much as the one that is running. */
    private static final double LONGEST_MEMORY = 6;
    /** A process's first turn warms it up and says little. */
    private static final double WEIGHT_OF_FIRST = 0.05;
    /** What a turn of one kind says of a turn of another. */
    private static final double WEIGHT_OF_OTHERS = 0.3;
    /** Where no turn is known: what comes before the first step and after the last one, in network passes. */
    private static final double FOREWORK = 1.5;
    private static final double AFTERWORK = 2.5;

    private final Map<Kind, Known> known = new LinkedHashMap<>();

    /**
     * Turns that take equally long.
     *
     * @param guided  whether every step takes two passes
     * @param opening whether it is a film's first chunk, which knows nothing of one before
     */
    private record Kind(int steps, boolean guided, boolean opening) {

        static Kind of(Recipe recipe, boolean opening) {
            return new Kind(recipe.steps(), recipe.mode() == Mode.CAREFUL && recipe.guidanceScale() != 1, opening);
        }

        /** What it takes as the networks count it. */
        double passes() {
            return FOREWORK + steps * (guided ? 2 : 1) + AFTERWORK;
        }

        /** Part of the turn that is over after a step, 0 to 1. */
        double over(int step, int steps) {
            double before = FOREWORK + (double) step / steps * this.steps * (guided ? 2 : 1);
            return before / passes();
        }

        boolean like(Kind other) {
            return steps == other.steps && guided == other.guided;
        }
    }

    /**
     * Turns of one kind.
     *
     * @param seconds mean of one turn
     * @param steps   mean seconds from the turn's beginning to the end of each step
     * @param weight  how many turns they are worth
     */
    private record Known(double seconds, double[] steps, double weight) {

        Known and(double newSeconds, double[] newSteps) {
            double newWeight = Math.min(LONGEST_MEMORY, weight + 1);
            double[] mean = new double[steps.length];
            Arrays.setAll(mean, i -> steps[i] + (newSteps[i] - steps[i]) / newWeight);
            return new Known(seconds + (newSeconds - seconds) / newWeight, mean, newWeight);
        }

        Known weighing(double newWeight) {
            return new Known(seconds, steps, Math.min(weight, newWeight));
        }

        Known scaled(double factor) {
            return new Known(seconds * factor, new double[0], weight).weighing(WEIGHT_OF_OTHERS);
        }

        boolean tells(int step, int ofSteps) {
            return weight >= 1 && steps.length == ofSteps && steps[step - 1] > 0;
        }
    }

    /**
     * A turn, seen from one of its steps.
     *
     * @param seconds  the whole turn
     * @param rest     what is left of it
     * @param slowness how much longer it takes than such turns did, as far as can be told; 1 for as long
     */
    record Outlook(double seconds, double rest, double slowness) { }

    /**
     * Learns from a turn that made a whole chunk.
     *
     * @param steps seconds from the turn's beginning to the end of each step
     */
    synchronized void learn(Recipe recipe, boolean opening, double[] steps, double seconds) {
        boolean first = known.isEmpty();
        Kind kind = Kind.of(recipe, opening);
        Known before = known.remove(kind);
        known.put(kind, before == null || before.steps().length != steps.length
                ? new Known(seconds, steps.clone(), first ? WEIGHT_OF_FIRST : 1)
                : before.and(seconds, steps));
        if (known.size() > MOST_KEPT) {
            known.remove(known.keySet().iterator().next());
        }
    }

    /**
     * How long the running turn takes, seen from {@code step} of {@code steps}, after which {@code elapsed} seconds
     * have gone.
     *
     * @param step 1 to {@code steps}
     */
    synchronized Outlook outlook(Recipe recipe, boolean opening, double elapsed, int step, int steps) {
        Kind kind = Kind.of(recipe, opening);
        Known before = find(kind);
        double over = before != null && before.tells(step, steps)
                ? before.steps()[step - 1] / before.seconds()
                : kind.over(step, steps);
        double running = elapsed / over;
        if (before == null) {
            return new Outlook(running, running - elapsed, 1);
        }
        double slowness = (before.weight() + running / before.seconds() * over) / (before.weight() + over);
        double seconds = before.seconds() * slowness;
        return new Outlook(seconds, (1 - over) * seconds, slowness);
    }

    /**
     * What a later turn of a film takes.
     *
     * @param now what is known from the turn that is running
     * @param running whose turn that is
     */
    synchronized double later(Recipe recipe, Outlook now, Recipe running) {
        Kind kind = Kind.of(recipe, false);
        Known before = find(kind);
        return before != null
                ? before.seconds() * now.slowness()
                : now.seconds() * kind.passes() / Kind.of(running, false).passes();
    }

    /** The turns that are most like those of a kind; null if there were none at all. */
    private Known find(Kind kind) {
        Known exact = known.get(kind);
        if (exact != null) {
            return exact;
        }
        Known like = null;
        Known other = null;
        for (Map.Entry<Kind, Known> entry : known.entrySet()) {
            if (entry.getKey().like(kind)) {
                like = entry.getValue().weighing(WEIGHT_OF_OTHERS);
            } else {
                // The last one is the latest.
                other = entry.getValue().scaled(kind.passes() / entry.getKey().passes());
            }
        }
        return like != null ? like : other;
    }
}
