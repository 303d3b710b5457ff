package dev.longtake.page;

import dev.longtake.cli.Longtake;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code longtake serve} in a process of its own, on a free port, with the pack that ships. */
final class StudioProcess implements AutoCloseable {

    private static final Pattern ADDRESS = Pattern.compile("http://\\S+");
    private static final int SECONDS_TO_START = 120;
    private static final int SECONDS_TO_STOP = 30;
    /** What the process says that ended because it was asked to. */
    private static final int ENDED = 143;

    private final Process process;
    private boolean killed;
    private final ConcurrentLinkedQueue<String> output = new ConcurrentLinkedQueue<>();
    private final CompletableFuture<URI> address = new CompletableFuture<>();

    private StudioProcess(Process process) {
        this.process = process;
        Thread reader = new Thread(this::read, "studio-output");
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * Starts a studio that keeps its films under {@code data}; returns once it says its address.
     *
     * @param options of the command, beside those that say where it listens and keeps things
     */
    static StudioProcess start(Path data, String... options)
            throws IOException, InterruptedException, ExecutionException, TimeoutException {
        return start(data, 0, options);
    }

    /** As above, on a port that is free. */
    static StudioProcess start(Path data, int port, String... options)
            throws IOException, InterruptedException, ExecutionException, TimeoutException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp", System.getProperty("java.class.path"),
                Longtake.class.getName(),
                "serve", "--host", "127.0.0.1", "--port", Integer.toString(port), "--data", data.toString()));
        command.addAll(List.of(options));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        StudioProcess studio = new StudioProcess(process);
        try {
            studio.address.get(SECONDS_TO_START, TimeUnit.SECONDS);
            return studio;
        } catch (ExecutionException | TimeoutException | InterruptedException failure) {
            studio.close();
            throw failure;
        }
    }

    /** Where the studio is, without a slash at the end. */
    String url() {
        return address.join().toString().replaceAll("/$", "");
    }

    int port() {
        return address.join().getPort();
    }

    /** Ends the studio as a loss of power does; its memory is on the disk. */
    void kill() throws InterruptedException {
        killed = true;
        process.destroyForcibly().waitFor();
    }

    /** Ends the studio the gentle way, and the hard way if that takes too long; it must not crash on its way out. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(SECONDS_TO_STOP, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            } else if (!killed && address.isDone() && process.exitValue() != ENDED) {
                throw new AssertionError("the studio ended with " + process.exitValue() + ":\n" + String.join("\n", output));
            }
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private void read() {
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                output.add(line);
                Matcher matcher = ADDRESS.matcher(line);
                if (matcher.find()) {
                    address.complete(URI.create(matcher.group()));
                }
            }
        } catch (IOException failure) {
            output.add(new UncheckedIOException(failure).toString());
        }
        address.completeExceptionally(new IllegalStateException("serve ended:\n" + String.join("\n", output)));
    }
}
