package dev.longtake.pack;

/** Adds up the time during which ONNX Runtime is at work; runs that overlap count once. For any thread. */
final class NetworkClock {

    private int running;
    private long since;
    private long nanoseconds;

    synchronized void start() {
        if (running++ == 0) {
            since = System.nanoTime();
        }
    }

    synchronized void stop() {
        if (--running == 0) {
            nanoseconds += System.nanoTime() - since;
        }
    }

    synchronized double seconds() {
        return nanoseconds / 1e9;
    }
}
