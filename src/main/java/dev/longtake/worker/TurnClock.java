package dev.longtake.worker;

import dev.longtake.film.EnhancementPlan;
import java.util.Arrays;

/** Takes the time of one turn. Used by one thread after the other. */
final class TurnClock {

    private final long begun = System.nanoTime();
    private double[] steps = new double[0];
    private TurnKind made;
    /** How many turns of its kind usually make as much. */
    private double units = 1;

    /** Seconds since the turn began. */
    double elapsed() {
        return (System.nanoTime() - begun) / 1e9;
    }

    /** A step of the work has ended. */
    void step(int step, int ofSteps) {
        steps = steps.length == ofSteps ? steps : new double[ofSteps];
        steps[step - 1] = elapsed();
    }

    /** The turn's chunk was made and kept. */
    void made(TurnKind kind) {
        made = kind;
    }

    /** The turn's frames were refined and kept, in as many steps as it took. */
    void refined(EnhancementPlan plan) {
        if (steps.length > 0) {
            made = TurnKind.enhancement(plan);
            units = TurnKind.units(plan, steps.length);
        }
    }

    /** The turn is over: if it made something whole, it tells how long the next ones may take. */
    void teach(TurnPace pace) {
        if (made != null && Arrays.stream(steps).allMatch(seconds -> seconds > 0)) {
            pace.learn(made, made.refines() ? new double[0] : steps, elapsed() / units);
        }
    }
}
