package dev.longtake.cli;

import dev.longtake.film.InvalidFieldException;
import dev.longtake.pack.PackException;
import java.io.IOException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Entry point. Exit codes: 0 done, 1 failed (with the reason's stack trace), 2 wrong input (with one line that says
 * what is wrong).
 */
@Command(
        name = "longtake",
        description = "A sentence becomes a film that never has to end.",
        mixinStandardHelpOptions = true,
        versionProvider = Longtake.Version.class,
        subcommands = {ServeCommand.class, WorkerCommand.class, GenerateCommand.class, PacksCommand.class,
            BenchCommand.class, EvaluateCommand.class, HelpCommand.class})
public final class Longtake implements Runnable {

    @Spec
    private CommandSpec spec;

    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    /** Runs one command line and returns its exit code. */
    public static int run(String... arguments) {
        CommandLine line = new CommandLine(new Longtake());
        line.setParameterExceptionHandler(Longtake::reportUsage);
        line.setExecutionExceptionHandler(Longtake::report);
        return line.execute(arguments);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing a command");
    }

    private static int reportUsage(ParameterException failure, String[] arguments) {
        CommandLine line = failure.getCommandLine();
        say(line, failure.getMessage() + " (see " + line.getCommandSpec().qualifiedName() + " --help)");
        return CommandLine.ExitCode.USAGE;
    }

    private static int report(Exception failure, CommandLine line, CommandLine.ParseResult parsed) throws Exception {
        boolean wrongInput = failure instanceof InvalidFieldException
                || failure instanceof PackException
                || failure instanceof UsageException;
        if (wrongInput) {
            say(line, failure.getMessage());
            return CommandLine.ExitCode.USAGE;
        }
        if (failure instanceof IOException) {
            say(line, failure.toString());
            return CommandLine.ExitCode.SOFTWARE;
        }
        throw failure;
    }

    private static void say(CommandLine line, String message) {
        line.getErr().println("longtake: " + message);
        line.getErr().flush();
    }

    /** Reads the version from the jar. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Longtake.class.getPackage().getImplementationVersion();
            return new String[] {"Longtake " + (version == null ? "(not packaged)" : version)};
        }
    }
}
