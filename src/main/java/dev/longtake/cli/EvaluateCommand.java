package dev.longtake.cli;

import ai.onnxruntime.OrtException;
import dev.longtake.director.Director;
import dev.longtake.director.SamplingWish;
import dev.longtake.film.CancelToken;
import dev.longtake.film.CancelledException;
import dev.longtake.film.Recipe;
import dev.longtake.film.Timeline;
import dev.longtake.measure.ContactSheet;
import dev.longtake.measure.Evaluation;
import dev.longtake.measure.EvaluationFolder;
import dev.longtake.measure.EvaluationReport;
import dev.longtake.measure.EvaluationSettings;
import dev.longtake.measure.FilmResult;
import dev.longtake.measure.Judge;
import dev.longtake.measure.PromptFile;
import dev.longtake.measure.Scoreboard;
import dev.longtake.measure.Suite;
import dev.longtake.measure.SuiteSize;
import dev.longtake.measure.Trial;
import dev.longtake.measure.TruthStudy;
import dev.longtake.media.MediaException;
import dev.longtake.pack.Device;
import dev.longtake.pack.ModelPack;
import dev.longtake.pack.PackManifest;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes films whose right answer is known, or takes videos from anywhere, and reports how good they are. */
@Command(name = "evaluate", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Make films whose right answer is known and report how good they are. An interrupted evaluation"
                + " goes on when it is started again.")
final class EvaluateCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(names = "--suites", paramLabel = "NAME", split = ",",
            description = "What to do, of prompts, paraphrases, timelines, long, ablations, enhancer (default: all that the"
                    + " pack can).")
    private List<String> suites = new ArrayList<>();

    @Option(names = "--films", paramLabel = "N",
            description = "Only the first N prompts of every suite (default: all; 4 of long, 8 of ablations and of"
                    + " enhancer).")
    private Integer films;

    @Option(names = "--frames", paramLabel = "N", description = "Length of every film, timelines excepted"
            + " (default: 80; 1200 of long, 240 of ablations).")
    private Integer frames;

    @Option(names = "--seed", paramLabel = "S",
            description = "Seed of a suite's first film, one more for every next (default: the suite's).")
    private Long seed;

    @Mixin
    private SamplingOptions samplingOptions;

    @Option(names = "--judge", paramLabel = "DIR",
            description = "Folder of the judge and its prompts (default: NAME-judge beside the pack NAME).")
    private Path judgeFolder;

    @Option(names = "--prompts", paramLabel = "FILE",
            description = "Prompts and what their films must show (default: prompts.json of the judge).")
    private Path prompts;

    @Option(names = "--paraphrases", paramLabel = "FILE",
            description = "The same, written by hand (default: paraphrases.json of the judge).")
    private Path paraphrases;

    @Option(names = "--timelines", paramLabel = "FILE",
            description = "Prompts that change (default: timelines.json of the judge).")
    private Path timelines;

    @Option(names = "--ablations", paramLabel = "FILE",
            description = "Prompts that leave much open (default: open.json of the judge).")
    private Path ablations;

    @Option(names = "--videos", paramLabel = "FILE", arity = "1..*",
            description = "Measure these videos instead of making films.")
    private List<Path> videos = new ArrayList<>();

    @Option(names = {"-o", "--report"}, paramLabel = "DIR", defaultValue = "evaluation",
            description = "Folder for the report, evaluation.html, .md and .json (default: evaluation).")
    private Path report;

    @Option(names = "--contact-sheet", paramLabel = "FILE",
            description = "Also write a PNG picture with " + ContactSheet.FILMS + " films of the suite prompts.")
    private Path contactSheet;

    @Mixin
    private EngineOptions engine;

    @Override
    public Integer call() throws IOException, OrtException {
        EndSignals signals = new EndSignals();
        try {
            EvaluationReport finished = videos.isEmpty() ? films(signals) : videos();
            print(finished.scoreboard());
            return 0;
        } catch (CancelledException e) {
            // The same command goes on with what is not measured yet.
            return signals.exitCode();
        }
    }

    private EvaluationReport videos() throws IOException {
        EvaluationFolder folder = EvaluationFolder.forReports(report);
        List<FilmResult> results = new ArrayList<>();
        for (Path video : videos) {
            if (!Files.isRegularFile(video)) {
                throw new UsageException("--videos: there is no file " + video);
            }
        }
        for (Path video : videos) {
            System.err.printf("%s, film %d of %d%n", video, results.size() + 1, videos.size());
            try {
                results.add(Evaluation.measure(results.size() + 1, video));
            } catch (MediaException e) {
                throw new UsageException("--videos: " + e.getMessage());
            }
        }
        EvaluationReport finished = new EvaluationReport(null, Scoreboard.ofVideos(results), results);
        finished.write(folder);
        return finished;
    }

    private EvaluationReport films(EndSignals signals) throws IOException, OrtException, CancelledException {
        CancelToken token = new CancelToken();
        signals.listen(token::cancel);
        List<Suite> wished = suites.stream().map(Suite::of).distinct().sorted().toList();
        Path pack = engine.packFolder();
        PackManifest manifest = PackManifest.read(pack);
        List<Suite> chosen = wished.isEmpty() ? possible(manifest) : wished;
        if (chosen.contains(Suite.ENHANCER) && manifest.enhancer().isEmpty()) {
            throw new UsageException("--suites: the pack " + manifest.name() + " has no enhancer");
        }
        if (contactSheet != null && !chosen.contains(Suite.PROMPTS)) {
            throw new UsageException("--contact-sheet needs the suite " + Suite.PROMPTS.label());
        }
        SuiteSize size = new SuiteSize(films, frames, seed);
        Path judgeAt = judgeFolder != null ? judgeFolder
                : pack.resolveSibling(pack.toAbsolutePath().normalize().getFileName() + "-judge");
        requireFile(judgeAt.resolve("judge.json"));
        Device device = engine.device();
        EvaluationSettings settings = EvaluationSettings.of(pack, judgeAt, device.toString(),
                recipe(manifest, Timeline.of("any"), 1, 1));
        try (Judge judge = new Judge(judgeAt)) {
            List<Trial> trials = trials(chosen, size, judgeAt, judge);
            EvaluationFolder folder = EvaluationFolder.open(report, settings);
            Evaluation evaluation = new Evaluation(
                    conditioning -> new Director(ModelPack.open(pack, device), conditioning), judge,
                    (timeline, length, filmSeed) -> recipe(manifest, timeline, length, filmSeed), folder,
                    device.threads() == 0 ? Runtime.getRuntime().availableProcessors() : device.threads());
            List<FilmResult> results;
            try (EvaluationProgress progress = new EvaluationProgress()) {
                results = evaluation.run(trials, progress, token);
            }
            Optional<TruthStudy> truth = Optional.empty();
            if (chosen.contains(Suite.ENHANCER)) {
                requireFile(judgeAt.resolve("truth").resolve("clips.json"));
                try (Director director = new Director(ModelPack.open(pack, device))) {
                    truth = Optional.of(TruthStudy.run(judgeAt.resolve("truth"), director,
                            (timeline, length, filmSeed) -> recipe(manifest, timeline, length, filmSeed), token));
                }
            }
            EvaluationReport finished =
                    new EvaluationReport(settings, Scoreboard.of(results, judge.labels(), truth), results);
            finished.write(folder);
            if (contactSheet != null) {
                ContactSheet.write(contactSheet,
                        results.stream().filter(result -> result.trial().suite() == Suite.PROMPTS).toList());
            }
            return finished;
        }
    }

    private static List<Suite> possible(PackManifest manifest) {
        return Suite.made().stream()
                .filter(suite -> suite != Suite.ENHANCER || manifest.enhancer().isPresent())
                .toList();
    }

    private List<Trial> trials(List<Suite> chosen, SuiteSize size, Path judgeAt, Judge judge) throws IOException {
        Map<Suite, Path> files = new EnumMap<>(Suite.class);
        Path promptFile = orDefault(prompts, judgeAt.resolve("prompts.json"));
        files.put(Suite.PROMPTS, promptFile);
        files.put(Suite.LONG, promptFile);
        files.put(Suite.ENHANCER, promptFile);
        files.put(Suite.ABLATIONS, orDefault(ablations, judgeAt.resolve("open.json")));
        files.put(Suite.PARAPHRASES, orDefault(paraphrases, judgeAt.resolve("paraphrases.json")));
        files.put(Suite.TIMELINES, orDefault(timelines, judgeAt.resolve("timelines.json")));
        List<Trial> trials = new ArrayList<>();
        for (Suite suite : chosen) {
            Path file = files.get(suite);
            requireFile(file);
            trials.addAll(suite.trials(suite == Suite.TIMELINES
                    ? PromptFile.timelines(file, judge.labels())
                    : PromptFile.prompts(file, judge.labels()), size));
        }
        return trials;
    }

    private static Path orDefault(Path chosen, Path standard) {
        return chosen == null ? standard : chosen;
    }

    private static void requireFile(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new UsageException("there is no " + file);
        }
    }

    private Recipe recipe(PackManifest manifest, Timeline timeline, int length, long filmSeed) {
        SamplingWish.Sampling sampling = samplingOptions.sampling(manifest, "");
        return new Recipe(
                manifest.name(),
                timeline,
                "",
                length,
                filmSeed,
                sampling.mode(),
                sampling.steps(),
                sampling.guidanceScale());
    }

    private void print(Scoreboard scoreboard) {
        PrintWriter out = spec.commandLine().getOut();
        String group = "";
        for (Scoreboard.Row row : scoreboard.rows()) {
            if (!row.group().equals(group)) {
                group = row.group();
                out.printf("%n%s%n", group);
            }
            out.printf("  %-50s %16s  %-16s %-12s%n", row.measure(), row.valueText(), row.goalText(), row.verdict());
        }
        out.printf("%n%s%n", report.resolve("evaluation.html"));
        out.flush();
    }
}
