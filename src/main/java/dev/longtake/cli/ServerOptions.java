package dev.longtake.cli;

import dev.longtake.film.InvalidFieldException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Options of the commands that stay; use it as a {@code @Mixin}. */
public final class ServerOptions {

    private static final int MOST_WORKERS = 64;

    @Option(names = "--data", paramLabel = "DIR", defaultValue = "${env:LONGTAKE_DATA:-data}",
            description = "Folder for everything that is kept (default: data).")
    private Path data = Path.of("data");

    @Option(names = "--redis", paramLabel = "URL", defaultValue = "${env:LONGTAKE_REDIS:-}",
            description = "Redis to use, redis://[:password@]host:port[/database] (default: an embedded one that "
                    + "keeps its files in the data folder).")
    private String redis = "";

    @Option(names = "--workers", paramLabel = "N", defaultValue = "${env:LONGTAKE_WORKERS:-1}",
            description = "Workers on the device; each loads the pack (default: 1).")
    private int workers = 1;

    @Option(names = "--name", paramLabel = "NAME", defaultValue = "${env:LONGTAKE_NAME:-}",
            description = "What the workers are called in the queue, one name for each process; a worker that comes "
                    + "back by its old name goes on at once (default: a new name each time).")
    private String name = "";

    /** What the workers of this process are called; nobody else who uses the same Redis is. */
    public String name() {
        if (!name.isBlank()) {
            return name.strip();
        }
        // The embedded Redis has no other users.
        return redis().isEmpty() ? "embedded" : "worker-" + Long.toHexString(new SecureRandom().nextLong());
    }

    /** The data folder, absolute. */
    public Path data() {
        return data.toAbsolutePath().normalize();
    }

    /** URL of the Redis to use; empty for an embedded one. */
    public Optional<String> redis() {
        return Optional.of(redis).filter(url -> !url.isBlank());
    }

    /**
     * Number of workers.
     *
     * @param least the fewest that make sense for the command
     * @throws InvalidFieldException if it is out of range
     */
    public int workers(int least) {
        if (workers < least || workers > MOST_WORKERS) {
            throw new InvalidFieldException("workers", workers, least + " to " + MOST_WORKERS);
        }
        return workers;
    }
}
