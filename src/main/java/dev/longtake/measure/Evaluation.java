package dev.longtake.measure;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.longtake.director.Director;
import dev.longtake.film.CancelToken;
import dev.longtake.film.CancelledException;
import dev.longtake.film.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** Makes films from prompts whose answer is known and lets a {@link Judge} say whether they show it. */
public final class Evaluation {

    /**
     * A prompt and what its film must show.
     *
     * @param expected the right class by kind
     */
    public record Question(String prompt, Map<String, String> expected) {}

    /** One film's outcome. */
    public record Answer(String prompt, long seed, Map<String, String> expected, PromptFit fit) {}

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Director director;
    private final Judge judge;

    public Evaluation(Director director, Judge judge) {
        this.director = director;
        this.judge = judge;
    }

    /** Reads a prompt file: {@code prompts} lists objects with a {@code prompt} and the right class of every kind. */
    public static List<Question> questions(Path file) throws IOException {
        List<Map<String, String>> rows =
                JSON.convertValue(JSON.readTree(file.toFile()).path("prompts"), new TypeReference<>() { });
        return rows.stream().map(row -> new Question(row.get("prompt"), row)).toList();
    }

    /** Reads what an interrupted evaluation left; empty when there is nothing. */
    public static List<Answer> answers(Path report) throws IOException {
        return Files.exists(report) ? JSON.readValue(report.toFile(), new TypeReference<>() { }) : List.of();
    }

    /** Writes the report so that an interruption leaves either the old or the new one. */
    public static void write(Path report, List<Answer> answers) throws IOException {
        Path partial = report.resolveSibling(report.getFileName() + ".part");
        JSON.writerWithDefaultPrettyPrinter().writeValue(partial.toFile(), answers);
        Files.move(partial, report, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    /**
     * Makes one film and judges all its frames.
     *
     * @param onChunk hears the number of frames done after every chunk
     */
    public Answer ask(Question question, Recipe recipe, Consumer<Integer> onChunk)
            throws CancelledException, IOException {
        AtomicReference<PromptFit> fit = new AtomicReference<>(PromptFit.NONE);
        director.film(recipe, (step, steps, preview) -> { }, chunk -> {
            PromptFit seen = PromptFit.of(question.expected(), judge.look(chunk.frames()));
            onChunk.accept(fit.updateAndGet(seen::plus).frames());
        }, new CancelToken());
        return new Answer(question.prompt(), recipe.seed(), question.expected(), fit.get());
    }

    /** All answers taken together. */
    public static PromptFit total(List<Answer> answers) {
        return answers.stream().map(Answer::fit).reduce(PromptFit.NONE, PromptFit::plus);
    }

    /** Chance level of each kind: one over the number of classes. */
    public Map<String, Double> chance() {
        Map<String, Double> chance = new TreeMap<>();
        judge.labels().forEach((kind, names) -> chance.put(kind, 1.0 / names.size()));
        return chance;
    }
}
