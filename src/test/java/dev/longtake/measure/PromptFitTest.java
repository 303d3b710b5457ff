package dev.longtake.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PromptFitTest {

    private static final Map<String, String> CAT_AT_NIGHT = Map.of("actor", "cat", "time", "night", "weather", "snow");

    @Test
    void countsFramesThatShowWhatWasAskedFor() {
        PromptFit fit = PromptFit.of(CAT_AT_NIGHT, Map.of(
                "actor", List.of("cat", "dog", "cat", "cat"),
                "time", List.of("night", "night", "day", "night")));

        assertThat(fit.frames()).isEqualTo(4);
        assertThat(fit.share("actor")).isEqualTo(0.75);
        assertThat(fit.share("time")).isEqualTo(0.75);
        assertThat(fit.share(PromptFit.ALL)).isEqualTo(0.5);
    }

    @Test
    void addsUpOverFilmsOfDifferentLength() {
        PromptFit right = PromptFit.of(CAT_AT_NIGHT, Map.of("actor", List.of("cat")));
        PromptFit wrong = PromptFit.of(CAT_AT_NIGHT, Map.of("actor", List.of("dog", "cow", "pig")));

        assertThat(right.plus(wrong).share("actor")).isEqualTo(0.25);
        assertThat(right.plus(wrong).right()).containsEntry(PromptFit.ALL, 1);
    }
}
