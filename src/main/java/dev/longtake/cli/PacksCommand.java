package dev.longtake.cli;

import dev.longtake.pack.Diffusion;
import dev.longtake.pack.PackFinder;
import dev.longtake.pack.PackManifest;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lists the model packs at hand. */
@Command(name = "packs", mixinStandardHelpOptions = true, description = "List the model packs and what they know.")
final class PacksCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Option(names = "--pack", paramLabel = "DIR", defaultValue = "${env:LONGTAKE_PACK}",
            description = "Only the pack in this folder.")
    private Path pack;

    @Override
    public void run() {
        List<Path> folders = pack == null || pack.toString().isBlank() ? PackFinder.all() : List.of(pack);
        if (folders.isEmpty()) {
            throw new UsageException("no model pack found; name a folder with --pack or LONGTAKE_PACK");
        }
        PrintWriter out = spec.commandLine().getOut();
        for (Path folder : folders) {
            print(out, folder, PackManifest.read(folder));
        }
        out.flush();
    }

    private static void print(PrintWriter out, Path folder, PackManifest manifest) {
        out.printf("%s %s: %s (%s)%n", manifest.name(), manifest.version(), manifest.title(), folder);
        out.printf("  %s%n", manifest.description());
        out.printf("  %dx%d at %d fps, %d frames a chunk, licence %s%n",
                manifest.video().width(), manifest.video().height(), manifest.video().fps(),
                manifest.chunk().frames(), manifest.licence());
        Diffusion diffusion = manifest.diffusion();
        diffusion.fast().ifPresent(fast -> out.printf(Locale.ROOT, "  fast mode: %d steps (%d to %d), guidance %s%n",
                fast.steps(), fast.leastSteps(), fast.mostSteps(), fast.guidanceScale()));
        out.printf(Locale.ROOT, "  careful mode: %d steps, guidance %s%n", diffusion.steps(), diffusion.guidanceScale());
        manifest.vocabulary().forEach((kind, words) -> out.printf("  %s: %s%n", kind, String.join(", ", words)));
        manifest.examples().forEach(example -> out.printf("  try: %s%n", example));
    }
}
