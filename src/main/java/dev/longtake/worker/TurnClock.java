package dev.longtake.worker;

import dev.longtake.memory.ChunkTask;
import java.util.Arrays;

/** Takes the time of one turn. Used by one thread after the other. */
final class TurnClock {

    private final long begun = System.nanoTime();
    private double[] steps = new double[0];
    private ChunkTask made;

    /** Seconds since the turn began. */
    double elapsed() {
        return (System.nanoTime() - begun) / 1e9;
    }

    /** A step of the chunk has ended. */
    void step(int step, int ofSteps) {
        steps = steps.length == ofSteps ? steps : new double[ofSteps];
        steps[step - 1] = elapsed();
    }

    /** The turn's chunk was made and kept. */
    void made(ChunkTask task) {
        made = task;
    }

    /** The turn is over: if it made a whole chunk, it tells how long the next ones may take. */
    void teach(TurnPace pace) {
        if (made != null && !made.again() && Arrays.stream(steps).allMatch(seconds -> seconds > 0)) {
            pace.learn(made.film().recipe(), made.chunk() == 0, steps, elapsed());
        }
    }
}
