package dev.longtake.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;

/**
 * How to reach the embedded Redis, kept as its configuration file.
 *
 * @param port     on the loopback interface
 * @param password keeps other users of the machine out
 */
record RedisSettings(int port, String password) {

    private static final String FILE = "redis.conf";
    private static final String PID_FILE = "redis.pid";

    /** @return the configuration file */
    Path write(Path home) throws IOException {
        Path file = home.resolve(FILE);
        if (!Files.exists(file)) {
            // Nobody else may read the password.
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        return Files.write(file, List.of(
                "port " + port,
                "requirepass " + password,
                "bind 127.0.0.1",
                "daemonize yes",
                "dir \"" + home + "\"",
                "pidfile \"" + home.resolve(PID_FILE) + "\"",
                "logfile \"" + home.resolve("redis.log") + "\"",
                "loglevel warning",
                "appendonly yes",
                "appendfsync everysec",
                "save \"\""));
    }

    /** What the last server in this directory was started with. */
    static Optional<RedisSettings> read(Path home) throws IOException {
        Path file = home.resolve(FILE);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        List<String> lines = Files.readAllLines(file);
        Optional<String> port = value(lines, "port ");
        Optional<String> password = value(lines, "requirepass ");
        return port.flatMap(p -> password.map(w -> new RedisSettings(Integer.parseInt(p), w)));
    }

    private static Optional<String> value(List<String> lines, String key) {
        return lines.stream()
                .filter(line -> line.startsWith(key))
                .map(line -> line.substring(key.length()))
                .findFirst();
    }

    /** The running server of this directory. A process that merely got the same number since then is none. */
    static Optional<ProcessHandle> process(Path home) {
        try {
            long pid = Long.parseLong(Files.readString(home.resolve(PID_FILE)).strip());
            return ProcessHandle.of(pid)
                    .filter(ProcessHandle::isAlive)
                    .filter(process -> process.info().command().filter(c -> c.contains("redis-server")).isPresent());
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    RedisProbe probe() {
        return new RedisProbe(port, password);
    }
}
