package dev.longtake.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Runs workers without a studio until it is told to stop. */
@Command(
        name = "worker",
        description = "Run workers for a studio elsewhere that uses the same Redis.",
        mixinStandardHelpOptions = true)
public final class WorkerCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private EngineOptions engine;

    @Mixin
    private ServerOptions server;

    @Override
    public Integer call() {
        if (server.redis().isEmpty()) {
            throw new UsageException("a worker needs the Redis of its studio; name it with --redis or LONGTAKE_REDIS");
        }
        Server.Plan plan = new Server.Plan(
                engine.packFolder(),
                engine.device(),
                server.redis(),
                server.data(),
                server.name(),
                server.workers(1),
                Optional.empty());
        try (Server running = new Server(plan)) {
            return running.run(() -> {
                spec.commandLine().getOut().println("Longtake works  (" + running + ")");
                spec.commandLine().getOut().flush();
            });
        }
    }
}
