package dev.longtake.cli;

import dev.longtake.director.Director;
import dev.longtake.director.SamplingWish;
import dev.longtake.film.Recipe;
import dev.longtake.film.Timeline;
import dev.longtake.measure.Evaluation;
import dev.longtake.measure.Evaluation.Answer;
import dev.longtake.measure.Evaluation.Question;
import dev.longtake.measure.Judge;
import dev.longtake.measure.PromptFit;
import dev.longtake.pack.ModelPack;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Films a list of prompts and reports how often the picture shows what the prompt says. */
@Command(name = "evaluate", mixinStandardHelpOptions = true,
        description = "Film a list of prompts and count the frames that show what the prompt says.")
final class EvaluateCommand implements Callable<Integer> {

    @Mixin
    private EngineOptions engine;

    @Option(names = "--prompts", paramLabel = "FILE",
            description = "JSON file with prompts and what their films must show (default: prompts.json of the judge).")
    private Path prompts;

    @Option(names = "--judge", paramLabel = "DIR", description = "Folder of the judge (default: ../NAME-judge beside the pack).")
    private Path judgeFolder;

    @Option(names = "--frames", paramLabel = "N", defaultValue = "80", description = "Length of every film (default: 80).")
    private int frames;

    @Option(names = "--films", paramLabel = "N", description = "Only the first N prompts (default: all).")
    private Integer films;

    @Option(names = "--seed", paramLabel = "S", defaultValue = "1",
            description = "Seed of the first film, one more for every next (default: 1).")
    private long seed;

    @Mixin
    private SamplingOptions samplingOptions;

    @Option(names = {"-o", "--report"}, paramLabel = "FILE", defaultValue = "evaluation.json",
            description = "Report; an interrupted evaluation goes on from it (default: evaluation.json).")
    private Path report;

    @Override
    public Integer call() throws Exception {
        Path pack = engine.packFolder();
        Path judgeAt = judgeFolder != null ? judgeFolder : pack.resolveSibling(pack.getFileName() + "-judge");
        Path promptFile = prompts != null ? prompts : judgeAt.resolve("prompts.json");
        for (Path needed : List.of(judgeAt.resolve("judge.onnx"), promptFile)) {
            if (!Files.isRegularFile(needed)) {
                throw new UsageException("there is no " + needed);
            }
        }
        List<Question> questions = Evaluation.questions(promptFile);
        if (films != null) {
            questions = questions.subList(0, Math.min(films, questions.size()));
        }
        try (ModelPack models = ModelPack.open(pack, engine.device());
                Director director = new Director(models);
                Judge judge = new Judge(judgeAt)) {
            Evaluation evaluation = new Evaluation(director, judge);
            List<Answer> answers = film(evaluation, director, questions);
            print(evaluation, Evaluation.total(answers), answers.size());
        }
        return 0;
    }

    private List<Answer> film(Evaluation evaluation, Director director, List<Question> questions) throws Exception {
        List<Answer> answers = new ArrayList<>(Evaluation.answers(report));
        try (ProgressBar bar = new ProgressBarBuilder()
                .setTaskName("evaluate")
                .setUnit(" frames", 1)
                .setInitialMax((long) questions.size() * frames)
                .showSpeed()
                .build()) {
            for (int index = 0; index < questions.size(); index++) {
                long before = (long) index * frames;
                Recipe recipe = recipe(director, questions.get(index), seed + index);
                if (index < answers.size()) {
                    requireSame(answers.get(index), recipe);
                } else {
                    answers.add(evaluation.ask(questions.get(index), recipe, done -> bar.stepTo(before + done)));
                    Evaluation.write(report, answers);
                }
                bar.setExtraMessage(" film " + (index + 1) + " of " + questions.size());
            }
        }
        return answers;
    }

    private Recipe recipe(Director director, Question question, long filmSeed) {
        SamplingWish.Sampling sampling = samplingOptions.sampling(director.manifest(), "");
        return new Recipe(
                director.manifest().name(),
                Timeline.of(question.prompt()),
                "",
                frames,
                filmSeed,
                sampling.mode(),
                sampling.steps(),
                sampling.guidanceScale());
    }

    private void requireSame(Answer answer, Recipe recipe) {
        boolean same = answer.prompt().equals(recipe.timeline().changes().get(0).prompt())
                && answer.seed() == recipe.seed()
                && answer.fit().frames() == recipe.frames();
        if (!same) {
            throw new UsageException(report + " holds another evaluation; name a new report with -o");
        }
    }

    private static void print(Evaluation evaluation, PromptFit fit, int films) {
        System.out.printf(Locale.ROOT, "%d films, %d frames%n%-10s %8s %8s%n", films, fit.frames(), "", "right", "chance");
        Map<String, Double> chances = evaluation.chance();
        chances.keySet().retainAll(fit.judged().keySet());
        chances.forEach((kind, chance) -> System.out.printf(
                Locale.ROOT, "%-10s %7.1f%% %7.1f%%%n", kind, 100 * fit.share(kind), 100 * chance));
        System.out.printf(Locale.ROOT, "%-10s %7.1f%%%n", "together", 100 * fit.share(PromptFit.ALL));
    }
}
