package dev.longtake.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longtake.media.FilmReader;
import dev.longtake.studio.PaintedStudio;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code generate --server --enhance}: a film that a studio elsewhere makes and refines. */
class RemoteEnhancementTest {

    private static final int EVERYTHING = 1000;
    private static final int BASE_WIDTH = 128;
    private static final int REFINED_WIDTH = 256;

    @TempDir
    private Path folder;

    private PaintedStudio studio;
    private Path film;

    @BeforeEach
    void open() throws Exception {
        studio = new PaintedStudio(Files.createDirectory(folder.resolve("studio")));
        studio.films.making.release(EVERYTHING);
        studio.films.refining.release(EVERYTHING);
        film = folder.resolve("film.mp4");
    }

    @AfterEach
    void close() {
        studio.close();
    }

    @Test
    void waitsUntilTheFilmIsRefinedAndSavesThat() {
        Outcome outcome = generate("--prompt=a bar", "--frames=48", "--enhance");

        assertThat(outcome.exitCode).as(outcome.errors).isZero();
        assertThat(width()).isEqualTo(REFINED_WIDTH);
        assertThat(outcome.errors.lines().toList())
                .anyMatch(line -> line.matches("chunk 5 of 5, 48 of 48 frames, .*"))
                .anyMatch(line -> line.matches("refined 48 of 48 frames, .*"));
    }

    @Test
    void aRecipeThatSaysSoIsRefinedAndAnyOtherIsNot() throws Exception {
        Path recipe = folder.resolve("recipe.json");
        Files.writeString(recipe, "{\"prompt\": \"a bar\", \"frames\": 16, \"enhance\": true}");
        assertThat(generate("--recipe=" + recipe).exitCode).isZero();
        assertThat(width()).isEqualTo(REFINED_WIDTH);

        Files.writeString(recipe, "{\"prompt\": \"a bar\", \"frames\": 16}");
        assertThat(generate("--recipe=" + recipe).exitCode).isZero();
        assertThat(width()).isEqualTo(BASE_WIDTH);
        assertThat(generate("--recipe=" + recipe, "--enhance").exitCode).isZero();
        assertThat(width()).isEqualTo(REFINED_WIDTH);
    }

    @Test
    void whatCanNotBeRefinedIsSavedAsItWasMade() {
        studio.films.trouble.set("the enhancer is out of memory");
        Outcome outcome = generate("--prompt=a bar", "--frames=16", "--enhance");

        assertThat(outcome.exitCode).isEqualTo(1);
        assertThat(outcome.errors).contains("refining it failed: the enhancer is out of memory");
        assertThat(width()).isEqualTo(BASE_WIDTH);
    }

    private int width() {
        try (FilmReader reader = new FilmReader(film)) {
            return reader.width();
        }
    }

    private record Outcome(int exitCode, String errors) { }

    private Outcome generate(String... options) {
        List<String> arguments = new ArrayList<>(List.of("generate", "--server=" + studio.url(), "--output=" + film));
        arguments.addAll(List.of(options));
        PrintStream console = System.err;
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        try (PrintStream captured = new PrintStream(errors, true, StandardCharsets.UTF_8)) {
            System.setErr(captured);
            return new Outcome(Longtake.run(arguments.toArray(String[]::new)), errors.toString(StandardCharsets.UTF_8));
        } finally {
            System.setErr(console);
        }
    }
}
