package dev.longtake.pack;

import dev.longtake.film.CancelToken;
import dev.longtake.film.CancelledException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

/** Where runs of a network go side by side that share the device's threads, on devices that are better off that way. */
final class Lanes implements AutoCloseable {

    private final Executor executor;
    private final Runnable stop;

    /** One of the runs. */
    @FunctionalInterface
    interface Run {
        void run(int lane) throws CancelledException;
    }

    Lanes(NetworkRuntime runtime) {
        if (runtime.lanes() == 1) {
            // On the caller's own thread: a graphics card's networks should always see the same one.
            executor = Runnable::run;
            stop = () -> { };
        } else {
            ExecutorService pool = Executors.newFixedThreadPool(runtime.lanes(), Lanes::thread);
            executor = pool;
            stop = pool::shutdown;
        }
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "longtake-lane");
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Does {@code count} runs; returns when none of them is running any more.
     *
     * @throws CancelledException if {@code token} was cancelled before they were done
     */
    void run(int count, Run run, CancelToken token) throws CancelledException {
        CompletableFuture<?>[] runs = IntStream.range(0, count)
                .mapToObj(lane -> CompletableFuture.runAsync(() -> complete(run, lane), executor))
                .toArray(CompletableFuture<?>[]::new);
        try {
            // Also waits for the other runs when one has failed, and can't be interrupted: nothing of ours may be
            // freed or written to while a network runs.
            CompletableFuture.allOf(runs).join();
        } catch (CompletionException e) {
            token.check();
            throw new IllegalStateException(e.getCause().getMessage(), e);
        }
    }

    private static void complete(Run run, int lane) {
        try {
            run.run(lane);
        } catch (CancelledException e) {
            throw new CompletionException(e);
        }
    }

    @Override
    public void close() {
        stop.run();
    }
}
