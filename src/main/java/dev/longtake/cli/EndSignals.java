package dev.longtake.cli;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import sun.misc.Signal;

/**
 * Hears when the process is asked to end, by Ctrl-C or a service manager, before the virtual machine itself begins to.
 * Its shutdown hooks come too late for us: in one of them ONNX Runtime frees what networks need that are still running
 * or being loaded, and the process crashes on its way out. Who asks a second time gets the end at once.
 */
final class EndSignals {

    private static final List<String> NAMES = List.of("INT", "TERM");
    /** Exit codes of what a signal ended begin here, by custom. */
    private static final int BASE = 128;

    private final AtomicInteger exitCode = new AtomicInteger();

    /** @param end called when the process is first asked; whoever runs the process then lets it end */
    void listen(Runnable end) {
        for (String name : NAMES) {
            try {
                Signal.handle(new Signal(name), signal -> heard(BASE + signal.getNumber(), end));
            } catch (IllegalArgumentException e) {
                // The virtual machine was told to leave signals alone (-Xrs): then so do we.
            }
        }
    }

    private void heard(int code, Runnable end) {
        if (exitCode.compareAndSet(0, code)) {
            end.run();
        } else {
            Runtime.getRuntime().halt(code);
        }
    }

    /** What the process should exit with; 0 if nobody asked it to end. */
    int exitCode() {
        return exitCode.get();
    }
}
