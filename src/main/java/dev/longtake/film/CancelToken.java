package dev.longtake.film;

import java.util.ArrayList;
import java.util.List;

/**
 * A flag that says "stop now" to work on another thread. Cancelling is final; all methods may be called from any
 * thread.
 */
public final class CancelToken {

    private final List<Runnable> actions = new ArrayList<>();
    private boolean cancelled;

    /** Asks the work to stop. Runs every action that is still registered; the second call does nothing. */
    public void cancel() {
        synchronized (actions) {
            if (!cancelled) {
                cancelled = true;
                actions.forEach(Runnable::run);
            }
        }
    }

    public boolean cancelled() {
        synchronized (actions) {
            return cancelled;
        }
    }

    /** @throws CancelledException if {@link #cancel()} was called */
    public void check() throws CancelledException {
        if (cancelled()) {
            throw new CancelledException();
        }
    }

    /**
     * Runs {@code action} when (or at once, if) this token is cancelled, unless the registration is closed before.
     * An action never runs after its registration's {@code close} has returned, so it may use what the closer is
     * about to free.
     *
     * @param action must be quick and must not throw
     */
    public Registration onCancel(Runnable action) {
        synchronized (actions) {
            if (cancelled) {
                action.run();
                return () -> { };
            }
            actions.add(action);
            return () -> {
                synchronized (actions) {
                    actions.remove(action);
                }
            };
        }
    }

    /** Ends an {@link #onCancel} registration. */
    @FunctionalInterface
    public interface Registration extends AutoCloseable {
        @Override
        void close();
    }
}
