package dev.longtake.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.longtake.director.SamplingWish;
import dev.longtake.film.CancelledException;
import dev.longtake.film.Recipe;
import dev.longtake.film.Timeline;
import dev.longtake.measure.FilmTiming;
import dev.longtake.pack.PackManifest;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures this machine: speed, and whether memory stays flat as films grow. */
@Command(name = "bench", mixinStandardHelpOptions = true,
        description = "Measure time to the first frames, frames per second, time in ONNX Runtime and peak memory.")
final class BenchCommand implements Callable<Integer> {

    private static final ObjectMapper JSON = new ObjectMapper();

    @Spec
    private CommandSpec spec;

    @Mixin
    private EngineOptions engine;

    @Option(names = "--frames", paramLabel = "N", defaultValue = "80", description = "Length of the film (default: 80).")
    private int frames;

    @Option(names = "--long-frames", paramLabel = "N", defaultValue = "800",
            description = "Length of the long film whose memory is compared; 0 leaves it out (default: 800).")
    private int longFrames;

    @Mixin
    private SamplingOptions samplingOptions;

    @Option(names = "--eta", paramLabel = "N", defaultValue = "0",
            description = "Instead, hold the time left that people are told to the time it then takes: N times a fast "
                    + "film, a careful one, and both of them side by side with one of twice the length.")
    private int etaRounds;

    @Option(names = "--enhance", description = "Refine the films, too.")
    private boolean enhance;

    @Option(names = "--in-this-process", hidden = true, description = "Make one film and print its timing as JSON.")
    private boolean inThisProcess;

    @Override
    public Integer call() throws IOException, InterruptedException, CancelledException {
        PrintWriter out = spec.commandLine().getOut();
        Path folder = engine.packFolder();
        if (inThisProcess) {
            FilmTiming timing = FilmTiming.measure(folder, engine.device(), recipe(PackManifest.read(folder)), enhance);
            out.println(JSON.writeValueAsString(timing));
            out.flush();
            return 0;
        }
        if (etaRounds > 0) {
            measureEta(out, folder);
            return 0;
        }
        // Also says what is wrong with the options before a process is started for it.
        PackManifest manifest = PackManifest.read(folder);
        SamplingWish.Sampling sampling = samplingOptions.sampling(manifest, "");
        if (enhance && manifest.enhancer().isEmpty()) {
            throw new UsageException("--enhance: the pack " + manifest.name() + " has no enhancer");
        }
        FilmTiming timing = child(frames);
        print(out, folder, sampling, timing);
        if (longFrames > 0) {
            FilmTiming longer = child(longFrames);
            out.printf(Locale.ROOT, "peak memory, %d frames   %8.0f MiB%n", longFrames, longer.peakMebibytes());
            out.printf(Locale.ROOT, "memory %d : %d frames   %8.3f%n", longFrames, frames,
                    longer.peakMebibytes() / timing.peakMebibytes());
        }
        out.flush();
        return 0;
    }

    private void measureEta(PrintWriter out, Path folder) throws IOException {
        PackManifest manifest = PackManifest.read(folder);
        EtaReport report = new EtaReport(manifest, (sampling, length) -> recipe(manifest, sampling, length), frames);
        report.measure(folder, engine.device(), etaRounds);
        report.print(out);
    }

    private Recipe recipe(PackManifest manifest) {
        return recipe(manifest, samplingOptions.sampling(manifest, ""), frames);
    }

    private static Recipe recipe(PackManifest manifest, SamplingWish.Sampling sampling, int length) {
        return new Recipe(
                manifest.name(),
                Timeline.of(manifest.examples().isEmpty() ? "a film" : manifest.examples().get(0)),
                "",
                length,
                1,
                sampling.mode(),
                sampling.steps(),
                sampling.guidanceScale());
    }

    /** Every film gets a fresh process, since a process's peak memory never goes down. */
    private FilmTiming child(int length) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp", System.getProperty("java.class.path"), Longtake.class.getName()));
        command.addAll(List.of("bench", "--in-this-process", "--frames", String.valueOf(length),
                "--pack", engine.packFolder().toString(), "--device", engine.device().toString(),
                "--threads", String.valueOf(engine.device().threads())));
        command.addAll(samplingOptions.arguments());
        if (enhance) {
            command.add("--enhance");
        }
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int exitCode = process.waitFor();
        if (exitCode != 0) {
            throw new IOException("the measured process ended with exit code " + exitCode);
        }
        return JSON.readValue(answer, FilmTiming.class);
    }

    private void print(PrintWriter out, Path folder, SamplingWish.Sampling sampling, FilmTiming timing) {
        out.printf("pack %s on %s, %d processors%n", folder, engine.device(), Runtime.getRuntime().availableProcessors());
        out.printf(Locale.ROOT, "%s, %d steps a chunk, guidance %s%n",
                sampling.mode().word(), sampling.steps(), sampling.guidanceScale());
        out.printf(Locale.ROOT, "open the pack            %8.2f s%n", timing.openSeconds());
        out.printf(Locale.ROOT, "first frames             %8.2f s after the request%n", timing.firstSeconds());
        out.printf(Locale.ROOT, "film of %4d frames      %8.2f s, %.2f frames/s (%.2f once running)%n",
                timing.frames(), timing.seconds(), timing.framesPerSecond(), 1 / timing.steadySeconds());
        if (timing.refiningSeconds() > 0) {
            out.printf(Locale.ROOT, "refining it              %8.2f times as long as making it, %.0f against %.0f ms a frame%n",
                    timing.refiningShare(), 1000 * timing.refiningSeconds() / timing.frames(),
                    1000 * timing.makingSeconds() / timing.frames());
            out.printf(Locale.ROOT, "first refined frames     %8.2f s after the request%n", timing.firstRefined());
        } else {
            out.printf(Locale.ROOT, "inside ONNX Runtime      %8.1f %%%n", 100 * timing.networkShare());
        }
        out.printf(Locale.ROOT, "peak memory, %d frames    %8.0f MiB%n", timing.frames(), timing.peakMebibytes());
    }
}
