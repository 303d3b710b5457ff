package dev.longtake.pack;

/** Adds up the time spent inside ONNX Runtime. Used by the thread that uses the pack. */
final class NetworkClock {

    private long nanoseconds;

    void add(long elapsed) {
        nanoseconds += elapsed;
    }

    double seconds() {
        return nanoseconds / 1e9;
    }
}
