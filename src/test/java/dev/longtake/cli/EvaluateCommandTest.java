package dev.longtake.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.longtake.pack.TestPacks;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EvaluateCommandTest {

    @TempDir
    Path folder;

    @Test
    void makesAllSuitesAndTheirReports() throws IOException {
        Path prompts = Files.writeString(folder.resolve("prompts.json"), """
                {"seed": 5, "prompts": [{"prompt": "a cow", "actor": "cow"}, {"prompt": "a cat", "actor": "cat"}]}""");
        Path timelines = Files.writeString(folder.resolve("timelines.json"), """
                {"timelines": [{"frames": 32, "changes": [
                  {"frame": 0, "prompt": "a cow", "expected": {"actor": "cow", "weather": "clear"}},
                  {"frame": 16, "prompt": "now it snows", "expected": {"actor": "cow", "weather": "snow"}}]}]}""");
        Path report = folder.resolve("report");
        Path sheet = folder.resolve("sheet.png");
        String[] options = {"--prompts=" + prompts, "--paraphrases=" + prompts, "--timelines=" + timelines,
            "--ablations=" + prompts, "--frames=24", "--films=1", "--contact-sheet=" + sheet, "-o=" + report};

        Outcome outcome = evaluate(options);

        assertThat(outcome.errors).contains("film 1 of 7", "film 7 of 7", "ablations-without-apm-001", "frames/s");
        assertThat(outcome.exitCode).isZero();
        assertThat(outcome.output)
                .contains("Prompt fit", "90 %", "Ablations", "Timelines", "reached", "evaluation.html");
        assertThat(report).isDirectoryContaining("glob:**/evaluation.html")
                .isDirectoryContaining("glob:**/evaluation.md");
        assertThat(ImageIO.read(sheet.toFile()).getWidth()).isEqualTo(392 + 2 * 28);
        JsonNode json = new ObjectMapper().readTree(report.resolve("evaluation.json").toFile());
        assertThat(json.path("films")).hasSize(7);
        assertThat(json.at("/settings/pack").asText()).isEqualTo("toy");

        Outcome again = evaluate(options);
        assertThat(again.errors).contains("7 of 7 films are finished already").doesNotContain("film 1 of 7");
        assertThat(again.output).isEqualTo(outcome.output);

        String[] others = options.clone();
        others[4] = "--frames=16";
        assertThat(evaluate(others).errors).contains("frames must be 24 as in");
        assertThat(evaluate("--steps=3", "--prompts=" + prompts, "--suites=prompts", "-o=" + report).errors)
                .contains("steps must be 2 as in the evaluation in " + report);
        assertThat(evaluate("--videos", prompts.toString(), "-o=" + folder.resolve("videos")).errors)
                .contains("--videos: " + prompts + " is no video that FFmpeg can read");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "--suites=stills        | suites must be one of prompts, paraphrases, timelines, long, ablations, enhancer, but was \"stills\"",
        "--suites=enhancer      | --suites: the pack toy has no enhancer",
        "--films=0              | films must be 1 or more, but was 0",
        "--frames=0             | frames must be 1 or more, but was 0",
        "--steps=0              | steps must be 1 to 200, but was 0",
        "--prompts=nowhere.json | there is no nowhere.json",
        "--judge=nowhere        | there is no nowhere/judge.json",
        "--videos=nowhere.mp4   | --videos: there is no file nowhere.mp4",
    })
    void saysInOneLineWhatIsWrong(String option, String message) throws IOException {
        Outcome outcome = evaluate(option, "-o=" + folder.resolve("report"));
        assertThat(outcome.exitCode).isEqualTo(2);
        assertThat(outcome.errors.strip()).startsWith("longtake: ").contains(message).doesNotContain("\n");
    }

    private static Outcome evaluate(String... options) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("evaluate", "--pack=" + TestPacks.TOY));
        addUnlessGiven(arguments, options, "--judge", "models/storybook-judge");
        addUnlessGiven(arguments, options, "--mode", "careful");
        addUnlessGiven(arguments, options, "--steps", "2");
        arguments.addAll(List.of(options));
        PrintStream console = System.err;
        PrintStream screen = System.out;
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        try (PrintStream heard = new PrintStream(errors, true, StandardCharsets.UTF_8);
                PrintStream seen = new PrintStream(output, true, StandardCharsets.UTF_8)) {
            System.setErr(heard);
            System.setOut(seen);
            int exitCode = Longtake.run(arguments.toArray(String[]::new));
            return new Outcome(exitCode, output.toString(StandardCharsets.UTF_8), errors.toString(StandardCharsets.UTF_8));
        } finally {
            System.setErr(console);
            System.setOut(screen);
        }
    }

    private static void addUnlessGiven(List<String> arguments, String[] options, String name, String value) {
        for (String option : options) {
            if (option.startsWith(name + "=")) {
                return;
            }
        }
        arguments.add(name + "=" + value);
    }

    private record Outcome(int exitCode, String output, String errors) {}
}
