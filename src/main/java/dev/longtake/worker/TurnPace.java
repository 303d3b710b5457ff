package dev.longtake.worker;

import dev.longtake.film.Mode;
import dev.longtake.film.Recipe;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How long a worker's turns take, from taking a chunk to having committed it: what is learnt from one film holds for
 * the next that is made the same way. Used on the worker's event loop and thread.
 */
final class TurnPace {

    /** Ways of making that are remembered. */
    private static final int MOST_KEPT = 64;
    /** So many turns weigh as much as the one that is running. */
    private static final double LONGEST_MEMORY = 5;
    /** A process's first turn warms it up and says little. */
    private static final double WEIGHT_OF_FIRST = 0.05;
    /** Where no turn is known: what comes after the last step, as a part of all steps. */
    private static final double AFTERWORK = 0.15;

    private final Map<Making, Known> known = new LinkedHashMap<>();

    private record Making(Mode mode, int steps, boolean negative) {

        static Making of(Recipe recipe) {
            return new Making(recipe.mode(), recipe.steps(), !recipe.negativePrompt().isEmpty());
        }
    }

    /**
     * @param seconds mean of one turn
     * @param weight  how many turns it is worth
     */
    private record Known(double seconds, double weight) { }

    /** Learns from a turn that made a whole chunk. */
    synchronized void learn(Recipe recipe, double seconds) {
        boolean first = known.isEmpty();
        Making making = Making.of(recipe);
        Known before = known.remove(making);
        if (before == null) {
            known.put(making, new Known(seconds, first ? WEIGHT_OF_FIRST : 1));
        } else {
            double weight = Math.min(LONGEST_MEMORY, before.weight() + 1);
            known.put(making, new Known(before.seconds() + (seconds - before.seconds()) / weight, weight));
        }
        if (known.size() > MOST_KEPT) {
            known.remove(known.keySet().iterator().next());
        }
    }

    /**
     * What a turn takes, seen from {@code step} of {@code steps} in one that has taken {@code elapsed} seconds.
     *
     * @param step 1 to {@code steps}
     */
    synchronized double secondsPerTurn(Recipe recipe, double elapsed, int step, int steps) {
        double progress = (double) step / steps;
        double running = elapsed / progress * (1 + AFTERWORK);
        Known before = known.get(Making.of(recipe));
        return before == null
                ? running
                : (before.seconds() * before.weight() + running * progress) / (before.weight() + progress);
    }
}
