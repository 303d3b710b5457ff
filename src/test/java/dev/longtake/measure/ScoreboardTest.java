package dev.longtake.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ScoreboardTest {

    private static final Map<String, List<String>> LABELS = Map.of(
            "actor", IntStream.range(0, 64).mapToObj(i -> "actor " + i).toList(),
            "weather", List.of("clear", "rain", "snow", "fog"));

    @Test
    void comparesPromptFitWithItsGoals() {
        Scoreboard board = Scoreboard.of(List.of(
                new Films(Suite.PROMPTS, 1, 80).right(Map.of("actor", 80, "weather", 72, "all", 72)).result(),
                new Films(Suite.PROMPTS, 2, 240).right(Map.of("actor", 208, "weather", 216, "all", 200)).result()),
                LABELS);
        Scoreboard.Row actor = row(board, "Prompt fit", "actor");
        assertThat(actor.value()).as("of 320 frames").isEqualTo(0.9);
        assertThat(actor.reached()).as("the bound itself is enough").isTrue();
        assertThat(actor.chance()).isEqualTo(1 / 64.0);
        assertThat(actor.goalText()).isEqualTo("≥ 90 %");
        assertThat(actor.valueText()).isEqualTo("90.0 %");
        assertThat(actor.basis()).isEqualTo("2 films, 320 frames");
        assertThat(row(board, "Prompt fit", "weather").reached()).isTrue();
        assertThat(row(board, "Prompt fit", "place").valueText()).isEqualTo("not measured");
        assertThat(row(board, "Prompt fit", "place").reached()).isNull();
        assertThat(row(board, "Prompt fit", "all together").value()).isEqualTo(272 / 320.0);
    }

    @Test
    void averagesParaphrasesOverTheKindsTheyName() {
        Scoreboard.Row row = row(Scoreboard.of(List.of(
                new Films(Suite.PARAPHRASES, 1, 100).right(Map.of("actor", 60, "weather", 80)).result()), LABELS),
                "Paraphrases", "average of these");
        assertThat(row.value()).isEqualTo(0.7);
        assertThat(row.reached()).isFalse();
        assertThat(row.verdict()).isEqualTo("not reached");
    }

    @Test
    void countsCutsInWholeFilmsThatAreLongEnough() {
        List<FilmResult> films = List.of(
                new Films(Suite.LONG, 1, 1200).cuts(300).result(),
                new Films(Suite.ABLATIONS, 1, 240).result(),
                new Films(Suite.ABLATIONS, 1, 240).conditioning(false, true).cuts(16, 40, 80).result(),
                new Films(Suite.ABLATIONS, 1, 240).conditioning(true, false).result(),
                new Films(Suite.PROMPTS, 1, 80).cuts(20, 40).result());
        Scoreboard board = Scoreboard.of(films, LABELS);
        Scoreboard.Row cuts = row(board, "Cuts", "cuts per 240 frames");
        assertThat(cuts.value()).as("3 cuts in 1280 frames; ablations are told apart").isEqualTo(240 * 3 / 1280.0);
        assertThat(cuts.reached()).isFalse();
        assertThat(cuts.goalText()).isEqualTo("≤ 0.04");
        assertThat(row(board, "Ablations", "cuts per 240 frames, whole model").value()).isZero();
        assertThat(row(board, "Ablations", "cuts per 240 frames, without CAM").value()).isEqualTo(3);
        assertThat(row(board, "Ablations", "cuts per 240 frames, without CAM").reached()).as("clearly worse").isTrue();
        assertThat(row(board, "Ablations", "cuts per 240 frames, without APM").reached()).isNull();
    }

    @Test
    void wantsAblationsToBeClearlyWorse() {
        Scoreboard board = Scoreboard.of(List.of(
                new Films(Suite.ABLATIONS, 1, 240).identity(0.98).result(),
                new Films(Suite.ABLATIONS, 1, 240).conditioning(false, true).identity(0.5).result(),
                new Films(Suite.ABLATIONS, 1, 240).conditioning(true, false).identity(0.95).result()), LABELS);
        assertThat(row(board, "Ablations", "cuts per 240 frames, without CAM").reached()).isFalse();
        Scoreboard.Row withoutApm = row(board, "Ablations", "frames that keep their actor, without APM");
        assertThat(withoutApm.goalText()).isEqualTo("≤ 93 %");
        assertThat(withoutApm.reached()).isFalse();
    }

    @Test
    void comparesTheEndsOfLongFilms() {
        Scoreboard board = Scoreboard.of(List.of(
                new Films(Suite.LONG, 1, 1200).identity(1).motion(3, 3).drift(1, 0.9, 1.2, 0.9).result(),
                new Films(Suite.LONG, 2, 1200).identity(0.8).motion(0.01, 0).drift(0.8, 0.8, 0.8, 1).result()), LABELS);
        String group = "Films of 1200 frames";
        assertThat(row(board, group, "frames that keep their actor").value()).isCloseTo(0.9, within(1e-9));
        assertThat(row(board, group, "frames that keep their actor").reached()).isFalse();
        assertThat(row(board, group, "motion at the end against the start").value())
                .as("a film that hardly moves doesn't count as much").isCloseTo(3 / 3.01, within(1e-9));
        assertThat(row(board, group, "judge's accuracy at the end against the start").value())
                .isCloseTo(1.7 / 1.8, within(1e-9));
        assertThat(row(board, group, "sharpness strays by").value())
                .as("one sharper, one softer: both stray").isCloseTo(0.2, within(1e-9));
        assertThat(row(board, group, "sharpness strays by").reached()).isFalse();
        assertThat(row(board, group, "colour strays by").value()).isCloseTo(0.05, within(1e-9));
        assertThat(row(board, group, "colour strays by").reached()).isTrue();
    }

    @Test
    void countsTimelinesWhoseChangesShowInTime() {
        Scoreboard board = Scoreboard.of(List.of(
                new Films(Suite.TIMELINES, 1, 160).switched(16).result(),
                new Films(Suite.TIMELINES, 2, 160).switched(17).result(),
                new Films(Suite.TIMELINES, 3, 160).switched(null).cuts(81).result(),
                new Films(Suite.TIMELINES, 4, 160).switched(0).result()), LABELS);
        assertThat(row(board, "Timelines", "new prompts show within 16 frames").value()).isEqualTo(0.5);
        assertThat(row(board, "Timelines", "cuts, all films together").value()).isEqualTo(1);
        assertThat(row(board, "Timelines", "cuts, all films together").reached()).isFalse();
    }

    @Test
    void tellsHowMuchSteadierBlendedWindowsAre() {
        Map<String, Integer> right = Map.of("all", 60);
        TruthStudy truth = new TruthStudy(new Fidelity(8, 25, 0.8, 10), new Fidelity(8, 27, 0.85, 14),
                new Fidelity(8, 100, 1, 20));
        Scoreboard board = Scoreboard.of(List.of(
                new Films(Suite.ENHANCER, 1, 81).rendition(Rendition.AS_MADE, 2.0).right(right).result(),
                new Films(Suite.ENHANCER, 1, 81).rendition(Rendition.INDEPENDENT, 0.0, 4.0).result(),
                new Films(Suite.ENHANCER, 1, 81).rendition(Rendition.SHARED_NOISE, 1.0, 3.0).result(),
                new Films(Suite.ENHANCER, 1, 81).rendition(Rendition.BLENDED, 1.5, 2.5).right(Map.of("all", 59)).result(),
                new Films(Suite.ENHANCER, 1, 81).rendition(Rendition.CAUSAL, 0.5, 3.5).result()),
                LABELS, Optional.of(truth));
        assertThat(row(board, "Refinement", "deviation of flow, as made, enlarged").value()).isZero();
        assertThat(row(board, "Refinement", "deviation of flow, independent windows").value()).isEqualTo(2);
        Scoreboard.Row blended = row(board, "Refinement",
                "less of it than with independent windows, shared noise and randomized blending");
        assertThat(blended.value()).isEqualTo(0.75);
        assertThat(blended.reached()).isTrue();
        Scoreboard.Row causal =
                row(board, "Refinement", "less of it than with independent windows, the same in causal order");
        assertThat(causal.value()).isEqualTo(0.25);
        assertThat(causal.reached()).isFalse();
        assertThat(row(board, "Refinement", "prompt fit, shared noise and randomized blending").reached())
                .as("a frame in 81 is more than a hundredth").isFalse();
        assertThat(row(board, "Refinement", "PSNR against the truth, refined").reached()).isTrue();
        assertThat(row(board, "Speed", "frames per second").value()).as("these films have no pace").isNull();
        assertThat(row(board, "Cuts", "cuts per 240 frames").value()).isNull();
    }

    @Test
    void takesTheMedianChunkOfTheWholeModel() {
        Scoreboard board = Scoreboard.of(List.of(
                new Films(Suite.PROMPTS, 1, 80).pace(9, 40.0, 0.8, 0.8).result(),
                new Films(Suite.PROMPTS, 2, 80).pace(1.5, 1.0, 0.5).result(),
                new Films(Suite.PROMPTS, 3, 80).pace(1.4, 0.9).result(),
                new Films(Suite.ABLATIONS, 1, 240).conditioning(false, true).pace(0.1, 0.1, 0.1).result()), LABELS);
        Scoreboard.Row speed = row(board, "Speed", "frames per second");
        assertThat(speed.value()).isCloseTo(8 / 0.85, within(1e-9));
        assertThat(speed.reached()).isTrue();
        assertThat(speed.basis()).isEqualTo("median chunk of 3 films, 2 processors");
        assertThat(row(board, "Speed", "first frames after").value()).isEqualTo(1.5);
    }

    @Test
    void saysWhatWasNotMeasured() {
        Scoreboard board = Scoreboard.of(List.of(), LABELS);
        assertThat(board.rows()).allMatch(row -> row.value() == null && row.reached() == null);
        assertThat(board.rows()).extracting(Scoreboard.Row::group).contains(
                "Prompt fit", "Paraphrases", "Cuts", "Films of 1200 frames", "Timelines", "Ablations", "Speed");
    }

    private static Scoreboard.Row row(Scoreboard board, String group, String measure) {
        return board.rows().stream()
                .filter(row -> row.group().equals(group) && row.measure().equals(measure))
                .findFirst().orElseThrow();
    }
}
