package dev.longtake.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longtake.pack.TestPacks;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class LongtakeTest {

    @Test
    void listsPacks() {
        Outcome outcome = run("packs", "--pack", TestPacks.TOY.toString());
        assertThat(outcome.exitCode).isZero();
        assertThat(outcome.output).contains("toy 1.0.0").contains("64x64 at 8 fps").contains("try: a red car")
                .contains("fast mode: 4 steps (3 to 8), guidance 4.0").contains("careful mode: 16 steps, guidance 4.0");
    }

    @Test
    void findsThePackThatShips() {
        assertThat(run("packs").output).contains("storybook");
    }

    @Test
    void measures() {
        Outcome outcome = run("bench", "--pack", TestPacks.TOY.toString(), "--frames", "20", "--long-frames", "40");
        assertThat(outcome.exitCode).isZero();
        assertThat(outcome.output)
                .contains("fast, 4 steps a chunk, guidance 4.0")
                .contains("first frames")
                .contains("film of   20 frames")
                .contains("inside ONNX Runtime")
                .containsPattern("memory 40 : 20 frames +\\d\\.\\d+");
    }

    @Test
    void saysWhichModeCantBeMeasured() {
        Outcome outcome = run("bench", "--pack", TestPacks.TOY.toString(), "--mode", "quick");
        assertThat(outcome.exitCode).isEqualTo(2);
        assertThat(outcome.output).isEqualTo("longtake: mode must be fast or careful, but was \"quick\"\n");
    }

    @Test
    void saysWhatTheRulesOfAStudioMayBe() {
        assertThat(run("serve", "--port", "0", "--endless-frames", "0").output)
                .isEqualTo("longtake: endless-frames must be 1 to 1000000, but was 0\n");
        assertThat(run("serve", "--port", "0", "--trash-minutes", "-1").output)
                .isEqualTo("longtake: trash-minutes must be 0 or more, but was -1\n");
    }

    @Test
    void asksForACommand() {
        Outcome outcome = run();
        assertThat(outcome.exitCode).isEqualTo(2);
        assertThat(outcome.output).isEqualTo("longtake: Missing a command (see longtake --help)\n");
    }

    @Test
    void saysItsVersion() {
        assertThat(run("--version").output).startsWith("Longtake ");
    }

    private static Outcome run(String... arguments) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (PrintStream captured = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
            System.setOut(captured);
            System.setErr(captured);
            return new Outcome(Longtake.run(arguments), bytes.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }

    private record Outcome(int exitCode, String output) {}
}
