package dev.longtake.measure;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class EvaluationReportTest {

    private static final EvaluationSettings SETTINGS =
            new EvaluationSettings("storybook", "0.2", "0123456789abcdef", "fedcba9876543210", "cpu", "careful", 12, 4);
    private static final List<FilmResult> FILMS = List.of(
            new Films(Suite.PROMPTS, 1, 80).right(Map.of("actor", 76, "weather", 40, "all", 40)).cuts(33)
                    .pace(1.5, 1.0, 0.9).result(),
            new Films(Suite.TIMELINES, 1, 160).switched(9).scenes(
                    new Scene(0, "a cow <script>alert('moo')</script> & \"friends\"", Map.of("weather", "clear")),
                    new Scene(80, "now it snows", Map.of("weather", "snow"))).result(),
            new Films(Suite.ABLATIONS, 1, 240).conditioning(false, true).cuts(16, 40).result());
    private static final EvaluationReport REPORT = new EvaluationReport(
            SETTINGS, Scoreboard.of(FILMS, Map.of("weather", List.of("clear", "snow"))), FILMS);

    @Test
    void thePageTellsOfEveryFilm() {
        String page = REPORT.html();
        assertThat(page).contains("storybook 0.2, measured", "a cow in the snow", "now it snows", "from frame 80",
                "seed 42", "1, at frame 33", "2, at frame 16, 40", "shows after 9 frames", "without CAM",
                "not reached", "not measured", "alt=\"Frame 79\"");
        assertThat(page.split("data:image/jpeg;base64,", -1)).as("9, 9 and 13 stills").hasSize(1 + 9 + 9 + 13);
        assertThat(Pattern.compile("<figure class=\"change\"><img [^>]* alt=\"Frame 80\"").matcher(page).results())
                .hasSize(1);
        assertThat(page).as("no value is missing").doesNotContain("null").doesNotContain("NaN");
    }

    @Test
    void thePageEscapesPromptsAndNeedsNothingButItself() {
        String page = REPORT.html();
        assertThat(page).contains("a cow &lt;script&gt;alert(&#x27;moo&#x27;)&lt;/script&gt; &amp; &quot;friends&quot;");
        assertThat(page).doesNotContain("<script").doesNotContain("http:").doesNotContain("https:")
                .doesNotContain("<link");
        assertThat(Pattern.compile("(src=\"|url\\(\")(?!data:)").matcher(page).results()).isEmpty();
    }

    @Test
    void thePlotsShowCutsChangesAndMisses() {
        String page = REPORT.html();
        assertThat(page).as("the cut at frame 33 of 80").contains("class=\"mark\" vector-effect=\"non-scaling-stroke\""
                + " d=\"M247.5 0V60\"");
        assertThat(page).as("the change at frame 80 of 160").contains("class=\"scene\""
                + " vector-effect=\"non-scaling-stroke\" d=\"M300.0 0V60\"");
        assertThat(page).as("frame 7 of 80 is wrong").contains("<rect class=\"miss\" x=\"52.5\" y=\"40\" width=\"7.5\"");
    }

    @Test
    void machinesGetTheSameTable() throws Exception {
        JsonNode json = new ObjectMapper().readTree(REPORT.json());
        assertThat(json.at("/settings/steps").asInt()).isEqualTo(12);
        JsonNode actor = json.at("/table/0");
        assertThat(actor.path("measure").asText()).isEqualTo("actor");
        assertThat(actor.path("value").asDouble()).isEqualTo(0.95);
        assertThat(actor.path("reached").asBoolean()).isTrue();
        assertThat(actor.at("/goal/bound").asDouble()).isEqualTo(0.9);
        assertThat(json.path("films")).hasSize(3);
        assertThat(json.at("/films/0/scores/cuts/0").asInt()).isEqualTo(33);
        assertThat(json.at("/films/0/stills").isMissingNode()).isTrue();
    }

    @Test
    void modelCardsGetItInMarkdown() {
        assertThat(REPORT.markdown().lines())
                .contains("| Prompt fit | actor | ≥ 90 % | **95.0 %** | yes |  | 1 film, 80 frames |",
                        "|  | weather | ≥ 90 % | **50.0 %** | **no** | 50.0 % | 1 film, 80 frames |",
                        "|  | place | ≥ 95 % | **not measured** |  |  |  |")
                .allMatch(line -> line.chars().filter(sign -> sign == '|').count() == 8);
    }
}
