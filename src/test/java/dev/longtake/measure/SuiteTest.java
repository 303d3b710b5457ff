package dev.longtake.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.longtake.director.Conditioning;
import dev.longtake.film.InvalidFieldException;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SuiteTest {

    private static final PromptFile FILE = new PromptFile(100, IntStream.range(0, 10)
            .mapToObj(i -> new PromptFile.Entry(List.of(new Scene(0, "film " + i, Map.of("actor", "cow"))), null))
            .toList());
    private static final SuiteSize STANDARD = new SuiteSize(null, null, null);

    @Test
    void filmsAllPromptsWithSeedsInARow() {
        List<Trial> trials = Suite.PROMPTS.trials(FILE, STANDARD);
        assertThat(trials).hasSize(10).allMatch(trial -> trial.frames() == 80 && trial.whole());
        assertThat(trials).extracting(Trial::seed).startsWith(100L, 101L, 102L);
        assertThat(trials).extracting(Trial::id).startsWith("prompts-001", "prompts-002");
    }

    @Test
    void filmsTheFirstPromptsForLong() {
        List<Trial> trials = Suite.LONG.trials(FILE, STANDARD);
        assertThat(trials).hasSize(4).allMatch(trial -> trial.frames() == 1200);
        assertThat(trials.get(3).scenes()).isEqualTo(FILE.entries().get(3).scenes());
        assertThat(trials.get(3).seed()).as("as in the suite prompts").isEqualTo(103);
    }

    @Test
    void ablatesTheSameFilms() {
        List<Trial> trials = Suite.ABLATIONS.trials(FILE, STANDARD);
        assertThat(trials).hasSize(24).allMatch(trial -> trial.frames() == 240);
        assertThat(trials).extracting(Trial::conditioning).containsOnly(
                Conditioning.WHOLE, new Conditioning(false, true), new Conditioning(true, false));
        assertThat(trials).extracting(Trial::id).doesNotHaveDuplicates()
                .contains("ablations-001", "ablations-without-cam-004", "ablations-without-apm-001");
        assertThat(trials.get(0).seed()).isEqualTo(trials.get(8).seed()).isEqualTo(trials.get(16).seed());
    }

    @Test
    void refinesTheSameFilmsInEveryWay() {
        List<Trial> trials = Suite.ENHANCER.trials(FILE, STANDARD);
        assertThat(trials).hasSize(40).noneMatch(Trial::whole).allMatch(trial -> trial.frames() == 80);
        assertThat(trials.subList(0, 5)).extracting(Trial::rendition).containsExactly(Rendition.values());
        assertThat(trials.subList(0, 5)).extracting(Trial::seed).containsOnly(100L);
        assertThat(trials).extracting(Trial::id).doesNotHaveDuplicates()
                .contains("enhancer-as-made-001", "enhancer-shared-noise-008");
    }

    @Test
    void canBeMadeSmaller() {
        assertThat(Suite.ABLATIONS.trials(FILE, new SuiteSize(2, 24, 7L))).hasSize(6)
                .allMatch(trial -> trial.frames() == 24 && trial.seed() >= 7 && trial.seed() <= 8);
        assertThat(Suite.PROMPTS.trials(FILE, new SuiteSize(99, null, null))).hasSize(10);
        PromptFile timelines = new PromptFile(1, List.of(new PromptFile.Entry(FILE.entries().get(0).scenes(), 160)));
        assertThat(Suite.TIMELINES.trials(timelines, new SuiteSize(null, 24, null)).get(0).frames()).isEqualTo(160);
    }

    @Test
    void saysWhatIsWrong() {
        assertThatThrownBy(() -> new SuiteSize(0, null, null)).isInstanceOf(InvalidFieldException.class)
                .hasMessage("films must be 1 or more, but was 0");
        assertThatThrownBy(() -> new SuiteSize(null, -3, null)).isInstanceOf(InvalidFieldException.class)
                .hasMessage("frames must be 1 or more, but was -3");
        assertThatThrownBy(() -> Suite.of("prompt")).isInstanceOf(InvalidFieldException.class).hasMessage(
                "suites must be one of prompts, paraphrases, timelines, long, ablations, enhancer, but was \"prompt\"");
    }
}
