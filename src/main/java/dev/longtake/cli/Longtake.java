package dev.longtake.cli;

import dev.longtake.film.InvalidFieldException;
import dev.longtake.pack.PackException;
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
        subcommands = {EvaluateCommand.class, HelpCommand.class})
public final class Longtake implements Runnable {

    @Spec
    private CommandSpec spec;

    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    /** Runs one command line and returns its exit code. */
    public static int run(String... arguments) {
        CommandLine line = new CommandLine(new Longtake());
        line.setExecutionExceptionHandler(Longtake::report);
        return line.execute(arguments);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing a command");
    }

    private static int report(Exception failure, CommandLine line, CommandLine.ParseResult parsed) throws Exception {
        boolean wrongInput = failure instanceof InvalidFieldException
                || failure instanceof PackException
                || failure instanceof UsageException;
        if (!wrongInput) {
            throw failure;
        }
        line.getErr().println("longtake: " + failure.getMessage());
        line.getErr().flush();
        return CommandLine.ExitCode.USAGE;
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
