package dev.longtake.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.longtake.film.InvalidFieldException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PromptFileTest {

    private static final Map<String, List<String>> LABELS =
            Map.of("actor", List.of("cow", "red car"), "weather", List.of("clear", "snow"));

    @TempDir
    Path folder;

    @Test
    void readsPrompts() throws IOException {
        PromptFile file = PromptFile.prompts(file("""
                {"source": "written by hand", "prompts": [
                  {"prompt": "a cow in a blizzard", "actor": "cow", "weather": "snow"},
                  {"prompt": "an automobile", "actor": "red car"}]}"""), LABELS);
        assertThat(file.seed()).isEqualTo(1);
        assertThat(file.entries()).containsExactly(
                new PromptFile.Entry(List.of(
                        new Scene(0, "a cow in a blizzard", Map.of("actor", "cow", "weather", "snow"))), null),
                new PromptFile.Entry(List.of(new Scene(0, "an automobile", Map.of("actor", "red car"))), null));
    }

    @Test
    void readsTimelines() throws IOException {
        PromptFile file = PromptFile.timelines(file("""
                {"seed": 9003, "timelines": [{"frames": 160, "changes": [
                  {"frame": 0, "prompt": "a cow", "expected": {"actor": "cow", "weather": "clear"}},
                  {"frame": 80, "prompt": "now it snows", "expected": {"actor": "cow", "weather": "snow"}}]}]}"""),
                LABELS);
        assertThat(file.seed()).isEqualTo(9003);
        assertThat(file.entries()).containsExactly(new PromptFile.Entry(List.of(
                new Scene(0, "a cow", Map.of("actor", "cow", "weather", "clear")),
                new Scene(80, "now it snows", Map.of("actor", "cow", "weather", "snow"))), 160));
    }

    @Test
    void readsTheFilesThatShip() throws Exception {
        Path judgeAt = Path.of("models/storybook-judge");
        try (Judge judge = new Judge(judgeAt)) {
            assertThat(PromptFile.prompts(judgeAt.resolve("prompts.json"), judge.labels()).entries()).hasSize(64);
            assertThat(PromptFile.prompts(judgeAt.resolve("paraphrases.json"), judge.labels()).entries())
                    .hasSizeGreaterThanOrEqualTo(40);
            assertThat(PromptFile.timelines(judgeAt.resolve("timelines.json"), judge.labels()).entries()).hasSize(16);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{\"prompts\": [                                           | file.json must be valid JSON (line 1",
        "{}                                                        | prompts must be a list that is not empty, but was missing",
        "{\"prompts\": []}                                         | prompts must be a list that is not empty, but was \"[]\"",
        "{\"seed\": 1.5, \"prompts\": [{}]}                        | seed must be a whole number, but was \"1.5\"",
        "{\"prompts\": [{\"actor\": \"cow\"}]}                     | prompts[0].prompt must be a sentence of 1 to 500 characters, but was missing",
        "{\"prompts\": [{\"prompt\": \" \"}]}                      | prompts[0].prompt must be a sentence",
        "{\"prompts\": [{\"prompt\": \"a\", \"actor\": \"cat\"}]}  | prompts[0].actor must be one of cow, red car, but was \"cat\"",
        "{\"prompts\": [{\"prompt\": \"a\", \"actor\": 3}]}        | prompts[0].actor must be one of cow, red car",
        "{\"prompts\": [{\"prompt\": \"a\", \"wether\": \"snow\"}]}| prompts[0].wether must be left out: the judge knows",
        "{\"prompts\": [{\"prompt\": \"a\"}]}                      | prompts[0] must be a prompt with the class of a kind at least",
    })
    void saysWhatIsWrongWithPrompts(String text, String message) throws IOException {
        Path file = file(text);
        assertThatThrownBy(() -> PromptFile.prompts(file, LABELS))
                .isInstanceOf(InvalidFieldException.class).hasMessageContaining(message)
                .hasMessageStartingWith("file.json");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{\"frames\": 0}                                      | timelines[0].frames must be 1 to 1000000, but was \"0\"",
        "{\"frames\": 20}                                     | timelines[0].changes must be a list that is not empty",
        "{\"frames\": 20, \"changes\": [{\"frame\": 8}]}      | timelines[0].changes[0].frame must be 0, but was \"8\"",
        "{\"frames\": 20, \"changes\": [{\"frame\": 0}]}      | timelines[0].changes[0].expected must be the right classes by kind, but was missing",
        "{\"frames\": 20, \"changes\": [CUT, {\"frame\": 0}]} | timelines[0].changes[1].frame must be 1 to 19, but was \"0\"",
        "{\"frames\": 20, \"changes\": [CUT, {\"frame\": 20}]}| timelines[0].changes[1].frame must be 1 to 19, but was \"20\"",
        "{\"frames\": 20, \"changes\": [{\"frame\": 0, \"prompt\": \"a\", \"expected\": {\"actor\": \"cat\"}}]}"
                + "| timelines[0].changes[0].expected.actor must be one of cow, red car, but was \"cat\"",
    })
    void saysWhatIsWrongWithTimelines(String timeline, String message) throws IOException {
        String first = "{\"frame\": 0, \"prompt\": \"a\", \"expected\": {\"actor\": \"cow\"}}";
        Path file = file("{\"timelines\": [" + timeline.replace("CUT", first) + "]}");
        assertThatThrownBy(() -> PromptFile.timelines(file, LABELS))
                .isInstanceOf(InvalidFieldException.class).hasMessageContaining(message);
    }

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("file.json"), text);
    }
}
