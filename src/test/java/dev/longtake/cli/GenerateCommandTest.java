package dev.longtake.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longtake.pack.EighthPack;
import dev.longtake.pack.TestPacks;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacv.FFmpegFrameGrabber;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GenerateCommandTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(ints = {1, 15, 16, 17, 24, 41})
    void writesExactlyTheFramesAskedFor(int frames) throws Exception {
        Path film = folder.resolve("film.mp4");
        assertThat(generate(film, "--frames=" + frames).exitCode).isZero();
        try (FFmpegFrameGrabber grabber = new FFmpegFrameGrabber(film.toFile())) {
            grabber.start();
            assertThat(grabber.getVideoCodecName()).isEqualTo("h264");
            assertThat(grabber.getFrameRate()).isEqualTo(8);
            assertThat(grabber.getImageWidth()).as("twice the film's own").isEqualTo(128);
            int decoded = 0;
            while (grabber.grabImage() != null) {
                decoded++;
            }
            assertThat(decoded).isEqualTo(frames);
        }
        assertThat(folder).isDirectoryNotContaining(file -> !file.equals(film));
    }

    @Test
    void writesTheSameFileForTheSameSeed() throws Exception {
        List<byte[]> films = new ArrayList<>();
        for (String seed : List.of("5", "5", "6")) {
            Path film = folder.resolve("film-" + films.size() + ".mp4");
            generate(film, "--frames=24", "--seed=" + seed, "--then=16: it rains");
            films.add(Files.readAllBytes(film));
        }
        assertThat(films.get(1)).isEqualTo(films.get(0));
        assertThat(films.get(2)).isNotEqualTo(films.get(0));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "--frames=0           | frames must be 1 to 1000000, but was 0",
        "--frames=-3          | frames must be 1 to 1000000, but was -3",
        "--frames=1000001     | frames must be 1 to 1000000, but was 1000001",
        "--frames=many        | Invalid value for option '--frames'",
        "--steps=0            | steps must be 1 to 200, but was 0",
        "--mode=quick         | mode must be fast or careful, but was \"quick\"",
        "--mode=fast          | steps must be 3 to 8 in fast mode (any number only in careful mode), but was 2",
        "--guidance=0.5       | guidance must be 1 to 30.0, but was 0.5",
        "--guidance=NaN       | guidance must be 1 to 30.0, but was NaN",
        "--then=rain          | must be a frame, a colon and a prompt, such as \"24: it starts to rain\"",
        "--then=24:           | prompt must be a sentence of 1 to 500 characters",
        "--then=0: rain       | --then must be at a frame of its own, after 0",
        "--then=8/99: rain    | transition must be 1 to 32 chunks, but was 99",
        "--device=tpu         | device must be cpu or cuda:0, cuda:1, …, but was \"tpu\"",
        "--device=cuda:0      | device cuda:0 can't be used",
        "--threads=-1         | threads must be 0 (one for every core) to 1024, but was -1",
        "--device-memory=lots | device-memory must be a number with MB or GB, such as 12GB, but was \"lots\"",
        "--device-memory=1kB  | device-memory must be a number with MB or GB, such as 12GB, but was \"1kB\"",
        "--pack=nowhere       | nowhere: is not a model pack: it has no pack.json",
        "--output=/no/film.mp4| --output: there is no folder /no",
        "--colour=red         | Unknown option: '--colour=red'",
    })
    void saysInOneLineWhatIsWrong(String option, String message) throws IOException {
        Outcome outcome = generate(folder.resolve("film.mp4"), option);
        assertThat(outcome.exitCode).isEqualTo(2);
        assertThat(outcome.errors.strip()).startsWith("longtake: ").contains(message).doesNotContain("\n");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void isFastUnlessSomethingElseIsWished() throws Exception {
        Path film = folder.resolve("film.mp4");
        List<byte[]> films = new ArrayList<>();
        for (String[] wish : new String[][] {
            {"--steps=4"}, {"--steps=4", "--mode=fast"}, {"--steps=4", "--mode=fast", "--guidance=4"},
            {"--steps=4", "--mode=careful"}, {"--steps=4", "--guidance=4"}}) {
            List<String> options = new ArrayList<>(List.of("--frames=24", "--seed=5"));
            options.addAll(List.of(wish));
            assertThat(generate(film, options.toArray(String[]::new)).exitCode).isZero();
            films.add(Files.readAllBytes(film));
        }
        assertThat(films.get(1)).isEqualTo(films.get(0));
        assertThat(films.get(2)).isEqualTo(films.get(0));
        assertThat(films.get(3)).isNotEqualTo(films.get(0));
        assertThat(films.get(4)).isEqualTo(films.get(3));
    }

    @Test
    void fastModeReadsNoNegativePrompt() throws IOException {
        Outcome outcome = generate(folder.resolve("film.mp4"), "--mode=fast", "--steps=4", "--negative=rain");
        assertThat(outcome.exitCode).isEqualTo(2);
        assertThat(outcome.errors).contains(
                "negativePrompt must be empty in fast mode (it acts only in careful mode), but was \"rain\"");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void refusesPromptsThatAreTooLong() throws IOException {
        Path film = folder.resolve("film.mp4");
        assertThat(generate(film, "--then=8:" + "rain ".repeat(90)).errors)
                .contains("prompt must be at most 46 tokens");
        assertThat(generate(film, "--negative=" + "x".repeat(10_000)).errors)
                .contains("negativePrompt must be at most 500 characters");
        assertThat(folder).isEmptyDirectory();
    }

    /** The published system at an eighth of its width: three stages, refined pictures of 80x80 that are written twice as large. */
    @Test
    void makesRefinedFilmsWithThePublishedSystem() throws Exception {
        Path film = folder.resolve("film.mp4");
        String pack = "--pack=" + EighthPack.folder();
        assertThat(generate(film, pack, "--frames=24", "--enhance", "--device-memory=150MB").exitCode).isZero();
        try (FFmpegFrameGrabber grabber = new FFmpegFrameGrabber(film.toFile())) {
            grabber.start();
            assertThat(grabber.getFrameRate()).isEqualTo(8);
            assertThat(grabber.getImageWidth()).isEqualTo(160);
            assertThat(grabber.getImageHeight()).isEqualTo(160);
            int decoded = 0;
            while (grabber.grabImage() != null) {
                decoded++;
            }
            assertThat(decoded).isEqualTo(24);
        }
        assertThat(generate(film, pack, "--then=24:" + "on ".repeat(76)).errors)
                .contains("prompt must be at most 75 tokens").contains("this has 81 tokens");
        assertThat(generate(film, pack, "--mode=fast").errors)
                .contains("mode must be careful (the pack has no other mode), but was \"fast\"");
    }

    private static Outcome generate(Path film, String... options) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("generate", "--prompt=a red car"));
        addUnlessGiven(arguments, options, "--pack", TestPacks.TOY.toString());
        addUnlessGiven(arguments, options, "--output", film.toString());
        addUnlessGiven(arguments, options, "--steps", "2");
        arguments.addAll(List.of(options));
        PrintStream console = System.err;
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        try (PrintStream captured = new PrintStream(errors, true, StandardCharsets.UTF_8)) {
            System.setErr(captured);
            int exitCode = Longtake.run(arguments.toArray(String[]::new));
            return new Outcome(exitCode, errors.toString(StandardCharsets.UTF_8));
        } finally {
            System.setErr(console);
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

    private record Outcome(int exitCode, String errors) {}
}
