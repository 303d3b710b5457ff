package dev.longtake.measure;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.longtake.film.InvalidFieldException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;

/**
 * An evaluation's folder: its settings, one file for every finished film, and the reports. Every file appears at once
 * and whole, so that an interrupted evaluation goes on from the film it was at.
 */
public final class EvaluationFolder {

    private static final ObjectMapper JSON = JsonMapper.builder().build();
    private static final String SETTINGS = "settings.json";

    private final Path folder;

    private EvaluationFolder(Path folder) {
        this.folder = folder;
    }

    /**
     * Begins an evaluation, or goes on with the one that is there.
     *
     * @throws InvalidFieldException if the folder holds an evaluation with other settings
     */
    public static EvaluationFolder open(Path folder, EvaluationSettings settings) throws IOException {
        EvaluationFolder opened = new EvaluationFolder(folder);
        Files.createDirectories(folder.resolve("films"));
        Path file = folder.resolve(SETTINGS);
        if (Files.exists(file)) {
            requireSame("the evaluation in " + folder, opened.read(file), settings);
        } else {
            opened.write(SETTINGS, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(settings));
        }
        return opened;
    }

    /**
     * Takes a folder for reports only, whose films are all measured anew.
     *
     * @throws InvalidFieldException if the folder holds an evaluation of a pack
     */
    public static EvaluationFolder forReports(Path folder) throws IOException {
        if (Files.exists(folder.resolve(SETTINGS))) {
            throw new InvalidFieldException("report folder", folder, "another one: this one has films of a pack");
        }
        Files.createDirectories(folder);
        return new EvaluationFolder(folder);
    }

    /**
     * A film's result, if it is finished.
     *
     * @throws InvalidFieldException if there is another film in its place
     */
    public Optional<FilmResult> result(Trial trial) throws IOException {
        Path file = folder.resolve(name(trial));
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        JsonNode found = read(file);
        requireSame(file.toString(), found.path("trial"), trial);
        return Optional.of(JSON.treeToValue(found, FilmResult.class));
    }

    /** Keeps a finished film's result. */
    public void keep(FilmResult result) throws IOException {
        write(name(result.trial()), JSON.writeValueAsBytes(result));
    }

    /** Writes a report and tells where. */
    public Path write(String name, String text) throws IOException {
        return write(name, text.getBytes(StandardCharsets.UTF_8));
    }

    private Path write(String name, byte[] bytes) throws IOException {
        Path file = folder.resolve(name);
        Path partial = file.resolveSibling(file.getFileName() + ".part");
        Files.write(partial, bytes);
        return Files.move(partial, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    private static String name(Trial trial) {
        return "films/" + trial.id() + ".json";
    }

    private JsonNode read(Path file) throws IOException {
        try {
            return JSON.readTree(file.toFile());
        } catch (JsonProcessingException e) {
            throw new InvalidFieldException(file.toString(), Files.readString(file).strip(),
                    "what an evaluation wrote there");
        }
    }

    /** The order of an object's fields means nothing. */
    private static void requireSame(String what, JsonNode found, Object value) throws IOException {
        // As if it had been read: in memory, the same number may be a node of another type.
        JsonNode wanted = JSON.readTree(JSON.writeValueAsBytes(value));
        for (Map.Entry<String, JsonNode> field : wanted.properties()) {
            JsonNode before = found.path(field.getKey());
            if (!before.equals(field.getValue())) {
                throw new InvalidFieldException(field.getKey(), text(field.getValue()), text(before) + " as in " + what
                        + " (or name another folder with -o)");
            }
        }
    }

    private static String text(JsonNode node) {
        return node.isTextual() ? node.textValue() : node.toString();
    }
}
