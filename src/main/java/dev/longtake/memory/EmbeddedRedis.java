package dev.longtake.memory;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.embedded.core.ExecutableProvider;

/**
 * A Redis server of our own on a free loopback port, which keeps everything in an append-only file. It is a daemon:
 * it outlives a killed JVM and ignores the Ctrl-C of its terminal. The next JVM that opens the same directory takes
 * it over.
 */
public final class EmbeddedRedis implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedRedis.class);
    /** Time to load a large append-only file, or to write one. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final long POLL_MILLIS = 20;

    private final Path directory;
    private final FileChannel lock;
    private final RedisSettings settings;

    private EmbeddedRedis(Path directory, FileChannel lock, RedisSettings settings) {
        this.directory = directory;
        this.lock = lock;
        this.settings = settings;
    }

    /**
     * Starts the server, or takes over the one that a killed process left behind. Blocks until it answers.
     *
     * @param directory where it keeps its files; created if missing
     * @throws IOException if another process uses the directory, or the server does not start (says why)
     */
    public static EmbeddedRedis open(Path directory) throws IOException {
        Path home = Files.createDirectories(directory).toRealPath();
        FileChannel lock = lock(home);
        try {
            Optional<RedisSettings> left = RedisSettings.read(home);
            if (left.isPresent() && left.get().probe().answers()) {
                LOG.debug("Takes over the Redis on port {}", left.get().port());
                return new EmbeddedRedis(home, lock, left.get());
            }
            endProcess(home);
            return new EmbeddedRedis(home, lock, start(home));
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private static FileChannel lock(Path home) throws IOException {
        FileChannel channel =
                FileChannel.open(home.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock held = null;
        try {
            held = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            LOG.debug("{} is used by this very process", home);
        }
        if (held == null) {
            channel.close();
            throw new IOException("another Longtake already uses the data directory " + home);
        }
        return channel;
    }

    private static RedisSettings start(Path home) throws IOException {
        RedisSettings settings = new RedisSettings(freePort(), randomPassword());
        Path configuration = settings.write(home);
        Process starter = new ProcessBuilder(executable(home).toString(), configuration.toString())
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("start.log").toFile())
                .start();
        try {
            int exit = starter.waitFor();
            if (exit == 0 && waitUntilItAnswers(home, settings)) {
                return settings;
            }
            throw new IOException("the embedded Redis did not start, see " + home.resolve("redis.log") + " and "
                    + home.resolve("start.log"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the embedded Redis started", e);
        }
    }

    /** The server for this machine, unpacked once. */
    private static Path executable(Path home) throws IOException {
        Path executable = home.resolve("redis-server");
        if (!Files.isExecutable(executable)) {
            Path unpacked = ExecutableProvider.newJarResourceProvider(home.toFile()).get().toPath();
            Files.move(unpacked, executable);
            if (!executable.toFile().setExecutable(true)) {
                throw new IOException("cannot make " + executable + " executable");
            }
        }
        return executable;
    }

    private static boolean waitUntilItAnswers(Path home, RedisSettings settings) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        boolean seen = false;
        while (System.nanoTime() < deadline) {
            if (settings.probe().answers()) {
                return true;
            }
            boolean alive = RedisSettings.process(home).isPresent();
            if (seen && !alive) {
                return false;
            }
            seen |= alive;
            Thread.sleep(POLL_MILLIS);
        }
        return false;
    }

    /** Ends a server that we started once and that does not answer, so that no two write the same file. */
    private static void endProcess(Path home) throws IOException {
        Optional<ProcessHandle> process = RedisSettings.process(home);
        if (process.isPresent()) {
            LOG.info("Ends a Redis of process {} that does not answer", process.get().pid());
            process.get().destroy();
            await(process.get());
        }
    }

    private static void await(ProcessHandle process) throws IOException {
        try {
            process.onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the embedded Redis (process " + process.pid() + ") does not end", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the embedded Redis ended", e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static String randomPassword() {
        byte[] bytes = new byte[24];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** Where {@link Memory#open} finds it. Contains its password. */
    public String url() {
        return "redis://:" + settings.password() + "@127.0.0.1:" + settings.port();
    }

    /** Writes everything to disk and ends the server. Blocks until it is gone. */
    @Override
    public void close() {
        if (!lock.isOpen()) {
            return;
        }
        try (lock) {
            Optional<ProcessHandle> process = RedisSettings.process(directory);
            settings.probe().shutdown();
            if (process.isPresent()) {
                await(process.get());
            }
        } catch (IOException e) {
            LOG.warn("The embedded Redis did not end as it should: {}", e.getMessage());
        }
    }
}
