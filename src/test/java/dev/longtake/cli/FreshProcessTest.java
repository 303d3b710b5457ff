package dev.longtake.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.longtake.pack.TestPacks;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Another process makes the same film. */
class FreshProcessTest {

    private static final int LONGEST_WAIT_MINUTES = 5;

    @TempDir
    Path folder;

    @Test
    void makesTheSameFile() throws Exception {
        Path here = folder.resolve("here.mp4");
        Path there = folder.resolve("there.mp4");
        assertThat(Longtake.run(arguments(here))).isZero();
        assertThat(inAnotherProcess(arguments(there))).isZero();
        assertThat(Files.readAllBytes(there)).isEqualTo(Files.readAllBytes(here));
    }

    /** At any moment: while networks are loaded, while they run, and while those that refine are loaded beside them. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4})
    void endsInOrderWhenAskedTo(int chunks) throws Exception {
        Path film = folder.resolve("film.mp4");
        Process process = start("generate", "--pack", TestPacks.STORYBOOK.toString(), "--prompt", "a whale in the sea",
                "--frames", "8000", "--enhance", "-o", film.toString());
        Path log = folder.resolve("log");
        await().atMost(LONGEST_WAIT_MINUTES, TimeUnit.MINUTES).until(() -> chunks == 0
                ? process.info().totalCpuDuration().filter(spent -> spent.toMillis() > 1500).isPresent()
                : Files.readString(log).contains("chunk " + chunks + " of "));
        process.destroy();
        assertThat(process.waitFor(LONGEST_WAIT_MINUTES, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(log)).isEqualTo(143);
        assertThat(folder).as("nothing unfinished is left").isDirectoryNotContaining(file -> !file.equals(log));
    }

    private static String[] arguments(Path film) {
        return new String[] {
            "generate", "--pack", TestPacks.STORYBOOK.toString(), "--prompt", "a whale in the sea", "--frames", "20",
            "--steps", "2", "--seed", "7", "-o", film.toString()
        };
    }

    private int inAnotherProcess(String... arguments) throws Exception {
        Process process = start(arguments);
        assertThat(process.waitFor(LONGEST_WAIT_MINUTES, TimeUnit.MINUTES)).isTrue();
        return process.exitValue();
    }

    private Process start(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp", System.getProperty("java.class.path"), Longtake.class.getName()));
        command.addAll(List.of(arguments));
        File log = folder.resolve("log").toFile();
        return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log).start();
    }
}
