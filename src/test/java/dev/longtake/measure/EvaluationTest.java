package dev.longtake.measure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longtake.director.Director;
import dev.longtake.film.Recipe;
import dev.longtake.film.Timeline;
import dev.longtake.measure.Evaluation.Answer;
import dev.longtake.measure.Evaluation.Question;
import dev.longtake.pack.Device;
import dev.longtake.pack.ModelPack;
import dev.longtake.pack.TestPacks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pack that ships, under the eyes of its judge. */
class EvaluationTest {

    private static final Path JUDGE = Path.of("models/storybook-judge");
    private static final String PROMPT = "a red car drives through a snowy city at night";

    @Test
    void asksOnlyForWhatTheJudgeCanTell() throws Exception {
        List<Question> questions = Evaluation.questions(JUDGE.resolve("prompts.json"));
        assertThat(questions).hasSize(64);
        try (Judge judge = new Judge(JUDGE)) {
            assertThat(judge.labels()).containsOnlyKeys("actor", "place", "time", "weather", "action");
            judge.labels().forEach((kind, names) ->
                    assertThat(questions).allMatch(question -> names.contains(question.expected().get(kind))));
        }
    }

    @Test
    void tellsAFilmThatShowsItsPromptFromOneThatShowsAnother(@TempDir Path folder) throws Exception {
        Map<String, String> shown = Map.of("actor", "red car", "place", "city", "time", "night", "weather", "snow");
        Map<String, String> other = Map.of("actor", "cow", "place", "desert", "time", "day", "weather", "rain");
        try (Director director = new Director(ModelPack.open(TestPacks.STORYBOOK, Device.cpu()));
                Judge judge = new Judge(JUDGE)) {
            Evaluation evaluation = new Evaluation(director, judge);
            Recipe recipe = new Recipe("storybook", Timeline.of(PROMPT), "", 20, 7, 8, 4);
            List<Integer> progress = new ArrayList<>();

            Answer right = evaluation.ask(new Question(PROMPT, shown), recipe, progress::add);
            Answer wrong = evaluation.ask(new Question(PROMPT, other), recipe.withFrames(3), frames -> { });

            assertThat(progress).containsExactly(16, 20);
            assertThat(right.fit().frames()).isEqualTo(20);
            assertThat(right.fit().share(PromptFit.ALL)).isGreaterThan(0.5);
            assertThat(wrong.fit().frames()).isEqualTo(3);
            assertThat(wrong.fit().share("actor")).isZero();

            Path report = folder.resolve("report.json");
            Evaluation.write(report, List.of(right, wrong));
            assertThat(Evaluation.answers(report)).containsExactly(right, wrong);
            assertThat(Evaluation.total(List.of(right, wrong)).frames()).isEqualTo(23);
        }
    }
}
