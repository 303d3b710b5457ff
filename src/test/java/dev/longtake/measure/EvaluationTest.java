package dev.longtake.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.longtake.director.Director;
import dev.longtake.film.CancelToken;
import dev.longtake.film.CancelledException;
import dev.longtake.film.InvalidFieldException;
import dev.longtake.film.Recipe;
import dev.longtake.film.VideoFrames;
import dev.longtake.media.FilmWriter;
import dev.longtake.media.MediaException;
import dev.longtake.media.VideoFormat;
import dev.longtake.pack.Device;
import dev.longtake.pack.ModelPack;
import dev.longtake.pack.TestPacks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluationTest {

    private static final Path JUDGE = Path.of("models/storybook-judge");
    private static final EvaluationSettings SETTINGS =
            new EvaluationSettings("toy", "1.0.0", "0123", "4567", "cpu", "careful", 2, 1);
    private static final PromptFile PROMPTS = new PromptFile(1, List.of(
            entry("a cow in the snow", Map.of("actor", "cow", "weather", "snow")),
            entry("a cat by the sea", Map.of("actor", "cat", "place", "sea")),
            entry("a bus", Map.of("actor", "bus"))));
    private static final SuiteSize SHORT = new SuiteSize(null, 24, null);
    private static Judge judge;

    @TempDir
    Path folder;

    @BeforeAll
    static void open() throws Exception {
        judge = new Judge(JUDGE);
    }

    @AfterAll
    static void close() throws Exception {
        judge.close();
    }

    @Test
    void goesOnWhereItWasInterrupted() throws Exception {
        List<Trial> trials = Suite.PROMPTS.trials(PROMPTS, SHORT);
        List<FilmResult> uninterrupted = run(folder.resolve("whole"), trials, new Ear());

        CancelToken token = new CancelToken();
        Ear interrupted = new Ear();
        interrupted.onFrames = frames -> {
            if (interrupted.frames > 24) {
                token.cancel();
            }
        };
        Path halved = folder.resolve("halved");
        assertThatThrownBy(() -> evaluation(halved).run(trials, interrupted, token))
                .isInstanceOf(CancelledException.class);
        assertThat(interrupted.films).containsExactly("prompts-001", "prompts-002");
        assertThat(halved.resolve("films")).isDirectoryContaining("glob:**/prompts-001.json")
                .isDirectoryNotContaining("glob:**/prompts-002.json*");

        Ear continued = new Ear();
        List<FilmResult> results = run(halved, trials, continued);
        assertThat(continued.start).isEqualTo("3 films, 1 done, 48 frames");
        assertThat(continued.films).containsExactly("prompts-002", "prompts-003");
        assertThat(results).usingRecursiveComparison().ignoringFields("pace").isEqualTo(uninterrupted);

        Ear finished = new Ear();
        assertThat(run(halved, trials, finished)).as("paces, too, are kept").usingRecursiveComparison()
                .isEqualTo(results);
        assertThat(finished.films).isEmpty();
    }

    @Test
    void measuresWhatItMakes() throws Exception {
        FilmResult result = run(folder, Suite.PROMPTS.trials(PROMPTS, new SuiteSize(1, 33, 5L)), new Ear()).get(0);
        assertThat(result.trial().seed()).isEqualTo(5);
        assertThat(result.scores().frames()).isEqualTo(33);
        assertThat(result.scores().promptFit().judged()).containsEntry("actor", 33).doesNotContainKey("place");
        assertThat(result.scores().seam()).isNotNull();
        assertThat(result.pace().firstSeconds()).isPositive();
        assertThat(result.pace().chunkSeconds()).as("16 + 8 + 8 + 1 frames").hasSize(3);
        assertThat(result.pace().processors()).isEqualTo(2);
        assertThat(result.stills()).extracting(Still::frame).containsExactly(0, 4, 8, 12, 16, 20, 24, 28, 32);
    }

    @Test
    void leavesOutCamOrApmAndNothingElse() throws Exception {
        SuiteSize one = new SuiteSize(1, 24, null);
        List<FilmResult> ablations = run(folder, Suite.ABLATIONS.trials(PROMPTS, one), new Ear());
        FilmResult normal = run(folder, Suite.PROMPTS.trials(PROMPTS, one), new Ear()).get(0);
        assertThat(ablations.get(0).scores()).isEqualTo(normal.scores());
        assertThat(ablations.get(0).stills()).usingRecursiveComparison().isEqualTo(normal.stills());
        for (FilmResult ablation : ablations.subList(1, 3)) {
            assertThat(ablation.stills().get(0)).as("the first chunk has neither").usingRecursiveComparison()
                    .isEqualTo(normal.stills().get(0));
            assertThat(ablation.stills().get(8).jpeg()).isNotEqualTo(normal.stills().get(8).jpeg());
        }
        assertThat(ablations.get(1).stills().get(8).jpeg()).isNotEqualTo(ablations.get(2).stills().get(8).jpeg());
    }

    @Test
    void refusesOtherSettings() throws IOException {
        EvaluationFolder.open(folder, SETTINGS);
        EvaluationSettings others = new EvaluationSettings("toy", "1.0.0", "0123", "4567", "cpu", "careful", 3, 1);
        assertThatThrownBy(() -> EvaluationFolder.open(folder, others)).isInstanceOf(InvalidFieldException.class)
                .hasMessageStartingWith("steps must be 2 as in the evaluation in " + folder)
                .hasMessageContaining("name another folder").hasMessageEndingWith("but was \"3\"");
        assertThatThrownBy(() -> EvaluationFolder.forReports(folder)).isInstanceOf(InvalidFieldException.class);
    }

    @Test
    void refusesOtherFilms() throws Exception {
        run(folder, Suite.PROMPTS.trials(PROMPTS, new SuiteSize(1, 16, null)), new Ear());
        assertThatThrownBy(() -> run(folder, Suite.PROMPTS.trials(PROMPTS, new SuiteSize(1, 17, null)), new Ear()))
                .isInstanceOf(InvalidFieldException.class)
                .hasMessageStartingWith("frames must be 16 as in ").hasMessageContaining("prompts-001.json");
    }

    @Test
    void knowsItsFilmsInWhateverOrderTheirFieldsAre() throws Exception {
        List<Trial> trials = Suite.PROMPTS.trials(PROMPTS, new SuiteSize(1, 16, null));
        run(folder, trials, new Ear());
        Path film = folder.resolve("films/prompts-001.json");
        String written = Files.readString(film);
        String turned = written.replace(
                "\"actor\":\"cow\",\"weather\":\"snow\"", "\"weather\":\"snow\",\"actor\":\"cow\"");
        assertThat(turned).isNotEqualTo(written);
        Files.writeString(film, turned);
        Ear ear = new Ear();
        run(folder, trials, ear);
        assertThat(ear.films).isEmpty();
    }

    @Test
    void refusesAFilmThatIsBroken() throws Exception {
        List<Trial> trials = Suite.PROMPTS.trials(PROMPTS, new SuiteSize(1, 16, null));
        run(folder, trials, new Ear());
        Path film = folder.resolve("films/prompts-001.json");
        Files.writeString(film, Files.readString(film).substring(0, 100));
        assertThatThrownBy(() -> run(folder, trials, new Ear())).isInstanceOf(InvalidFieldException.class)
                .hasMessageStartingWith(film + " must be what an evaluation wrote there, but was \"{\"trial\"");
    }

    @Test
    void refusesWhatThePackCantMakeBeforeItBegins() {
        PromptFile tooLong = new PromptFile(1, List.of(PROMPTS.entries().get(0),
                entry("moo ".repeat(100), Map.of("actor", "cow"))));
        Ear ear = new Ear();
        assertThatThrownBy(() -> run(folder, Suite.PROMPTS.trials(tooLong, SHORT), ear))
                .isInstanceOf(InvalidFieldException.class).hasMessageStartingWith("prompt must be at most 46 tokens");
        assertThat(ear.films).isEmpty();
    }

    @Test
    void measuresVideosFromAnywhere() throws IOException {
        Path video = folder.resolve("film.mp4");
        try (FilmWriter writer = new FilmWriter(video, new VideoFormat(160, 96, 8))) {
            writer.write(wall(30, 40));
            writer.write(wall(34, 170));
            writer.finish();
        }
        FilmResult result = Evaluation.measure(1, video);
        assertThat(result.scores().frames()).isEqualTo(64);
        assertThat(result.scores().cuts()).containsExactly(30);
        assertThat(result.scores().promptFit()).isNull();
        assertThat(result.scores().meanFlow()).isLessThan(1);
        assertThat(result.pace()).isNull();
        assertThat(result.stills()).extracting(Still::frame).startsWith(0).endsWith(63).hasSize(9);

        Scoreboard board = Scoreboard.ofVideos(List.of(result));
        assertThat(board.rows().get(0).value()).isEqualTo(240 / 64.0);
        assertThat(board.rows()).allMatch(row -> row.goal() == null);
        assertThat(new EvaluationReport(null, board, List.of(result)).html()).contains(video.toString(), "at frame 30");

        Path text = Files.writeString(folder.resolve("text.mp4"), "moo");
        assertThatThrownBy(() -> Evaluation.measure(1, text)).isInstanceOf(MediaException.class)
                .hasMessageContaining("text.mp4");
    }

    @Test
    void thePackThatShipsShowsWhatItsPromptSays() throws Exception {
        Map<String, String> shown = Map.of("actor", "red car", "place", "city", "time", "night", "weather", "snow");
        Map<String, String> other = Map.of("actor", "cow", "place", "desert", "time", "day", "weather", "rain");
        String prompt = "a red car drives through a snowy city at night";
        PromptFile file = new PromptFile(7, List.of(entry(prompt, shown), entry(prompt, other)));
        List<FilmResult> results = new Evaluation(
                conditioning -> new Director(ModelPack.open(TestPacks.STORYBOOK, Device.cpu()), conditioning), judge,
                (timeline, frames, seed) -> new Recipe("storybook", timeline, "", frames, seed, 8, 4),
                EvaluationFolder.open(folder, SETTINGS), 1)
                .run(Suite.PROMPTS.trials(file, new SuiteSize(null, 16, null)), new Ear(), new CancelToken());
        assertThat(results.get(0).scores().promptFit().share(PromptFit.ALL)).isGreaterThan(0.5);
        assertThat(results.get(1).scores().promptFit().share("actor")).isZero();
        assertThat(results.get(0).scores().identity().actor()).isEqualTo("red car");
    }

    private static PromptFile.Entry entry(String prompt, Map<String, String> expected) {
        return new PromptFile.Entry(List.of(new Scene(0, prompt, expected)), null);
    }

    private static List<FilmResult> run(Path folder, List<Trial> trials, Ear ear)
            throws CancelledException, IOException {
        return evaluation(folder).run(trials, ear, new CancelToken());
    }

    private static Evaluation evaluation(Path folder) throws IOException {
        return new Evaluation(
                conditioning -> new Director(ModelPack.open(TestPacks.TOY, Device.cpu()), conditioning), judge,
                (timeline, frames, seed) -> new Recipe("toy", timeline, "", frames, seed, 2, 1),
                EvaluationFolder.open(folder, SETTINGS), 2);
    }

    /** A still picture of stripes. */
    private static VideoFrames wall(int count, int shade) {
        byte[] rgb = new byte[count * 96 * 160 * 3];
        for (int i = 0; i < rgb.length; i++) {
            int x = i / 3 % 160;
            rgb[i] = (byte) (shade + (i % 3 == 0 ? 40 : 0) + (x / 20 % 2 == 0 ? 20 : 0));
        }
        return new VideoFrames(count, 96, 160, rgb);
    }

    /** Remembers what it heard. */
    private static final class Ear implements EvaluationListener {
        private final List<String> films = new ArrayList<>();
        private Consumer<Integer> onFrames = frames -> { };
        private String start;
        private int frames;

        @Override
        public void onStart(int all, int done, long left) {
            start = all + " films, " + done + " done, " + left + " frames";
        }

        @Override
        public void onFilm(Trial trial) {
            films.add(trial.id());
        }

        @Override
        public void onFrames(int more) {
            frames += more;
            onFrames.accept(more);
        }
    }
}
