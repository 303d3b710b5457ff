package dev.longtake.worker;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How long a worker's turns take, from taking one to being free for the next: what is learnt from one film holds
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

    private final Map<TurnKind, Known> known = new LinkedHashMap<>();

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
     * Learns from a turn that did its whole work.
     *
     * @param steps seconds from the turn's beginning to the end of each step; none where turns of a kind differ in them
     */
    synchronized void learn(TurnKind kind, double[] steps, double seconds) {
        boolean first = known.isEmpty();
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
    synchronized Outlook outlook(TurnKind kind, double elapsed, int step, int steps) {
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
     * What a later turn takes.
     *
     * @param now     what is known from the turn that is running
     * @param running what kind of turn that is
     */
    synchronized double later(TurnKind kind, Outlook now, TurnKind running) {
        Known before = find(kind);
        return before != null
                ? before.seconds() * now.slowness()
                : now.seconds() * kind.passes() / running.passes();
    }

    /** The turns that are most like those of a kind; null if there were none at all. */
    private Known find(TurnKind kind) {
        Known exact = known.get(kind);
        if (exact != null) {
            return exact;
        }
        Known like = null;
        Known other = null;
        for (Map.Entry<TurnKind, Known> entry : known.entrySet()) {
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
