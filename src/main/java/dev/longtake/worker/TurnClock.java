package dev.longtake.worker;

import java.util.Arrays;

/** Takes the time of one turn. Used by one thread after the other. */
final class TurnClock {

    private final long begun = System.nanoTime();
    private double[] steps = new double[0];
    private TurnKind made;
    private int units;

    /** Seconds since the turn began. */
    double elapsed() {
        return (System.nanoTime() - begun) / 1e9;
    }

    /** A step of the chunk has ended. */
    void step(int step, int ofSteps) {
        steps = steps.length == ofSteps ? steps : new double[ofSteps];
        steps[step - 1] = elapsed();
    }

    /**
     * What the turn was for was made and kept.
     *
     * @param asMuchAs so many turns of its kind usually make
     */
    void made(TurnKind kind, int asMuchAs) {
        made = kind;
        units = asMuchAs;
    }

    /** The turn is over: if it made something whole, it tells how long the next ones may take. */
    void teach(TurnPace pace) {
        if (made != null && Arrays.stream(steps).allMatch(seconds -> seconds > 0)) {
            pace.learn(made, Arrays.stream(steps).map(seconds -> seconds / units).toArray(), elapsed() / units);
        }
    }
}
