package dev.longtake.measure;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.longtake.film.InvalidFieldException;
import dev.longtake.film.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Prompts whose answer is known.
 *
 * @param seed    of the first film; {@value #DEFAULT_SEED} if the file names none
 * @param entries one for every film, at least one
 */
public record PromptFile(long seed, List<Entry> entries) {

    static final long DEFAULT_SEED = 1;

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final String PROMPT = "prompt";

    public PromptFile {
        entries = List.copyOf(entries);
    }

    /**
     * One film.
     *
     * @param scenes ascending, the first from frame 0
     * @param frames its length; null if the file leaves it open
     */
    public record Entry(List<Scene> scenes, Integer frames) {
        public Entry {
            scenes = List.copyOf(scenes);
        }
    }

    /**
     * Reads {@code {"seed": 7, "prompts": [{"prompt": "a cow in the snow", "actor": "cow", "weather": "snow"}]}}: films
     * with one prompt. The seed may be missing.
     *
     * @param labels the classes that can be asked for, by kind
     * @throws InvalidFieldException if something in it is missing, misspelt or unknown to the judge
     */
    public static PromptFile prompts(Path file, Map<String, List<String>> labels) throws IOException {
        Part root = root(file);
        long seed = root.seed();
        List<Entry> entries = new ArrayList<>();
        for (Part part : root.list("prompts")) {
            entries.add(new Entry(List.of(new Scene(0, part.prompt(), part.expected(Set.of(PROMPT), labels))), null));
        }
        return new PromptFile(seed, entries);
    }

    /**
     * Reads {@code {"seed": 7, "timelines": [{"frames": 160, "changes": [{"frame": 0, "prompt": "a cow in the snow",
     * "expected": {"actor": "cow", "weather": "snow"}}, {"frame": 80, …}]}]}}: films whose prompt changes.
     *
     * @param labels the classes that can be asked for, by kind
     * @throws InvalidFieldException if something in it is missing, misspelt or unknown to the judge
     */
    public static PromptFile timelines(Path file, Map<String, List<String>> labels) throws IOException {
        Part root = root(file);
        long seed = root.seed();
        List<Entry> entries = new ArrayList<>();
        for (Part timeline : root.list("timelines")) {
            int frames = timeline.number("frames", 1, Recipe.LONGEST_FILM);
            List<Scene> scenes = new ArrayList<>();
            int least = 0;
            for (Part change : timeline.list("changes")) {
                int frame = change.number("frame", least, least == 0 ? 0 : frames - 1);
                Part expected = change.child("expected");
                scenes.add(new Scene(frame, change.prompt(), expected.expected(Set.of(), labels)));
                least = frame + 1;
            }
            entries.add(new Entry(scenes, frames));
        }
        return new PromptFile(seed, entries);
    }

    private static Part root(Path file) throws IOException {
        String text = Files.readString(file);
        try {
            return new Part(file.getFileName() + ": ", JSON.readTree(text));
        } catch (JsonProcessingException e) {
            throw new InvalidFieldException(file.getFileName().toString(), text.strip(), "valid JSON (line "
                    + e.getLocation().getLineNr() + ": " + e.getOriginalMessage() + ")");
        }
    }

    /** A part of a file that knows where it stands there. */
    private record Part(String path, JsonNode node) {

        List<Part> list(String field) {
            JsonNode list = node.path(field);
            if (!list.isArray() || list.isEmpty()) {
                throw invalid(field, list, "a list that is not empty");
            }
            List<Part> parts = new ArrayList<>();
            for (int i = 0; i < list.size(); i++) {
                parts.add(new Part(path + field + "[" + i + "].", list.get(i)));
            }
            return parts;
        }

        Part child(String field) {
            if (!node.path(field).isObject()) {
                throw invalid(field, node.path(field), "the right classes by kind");
            }
            return new Part(path + field + ".", node.path(field));
        }

        long seed() {
            JsonNode seed = node.path("seed");
            if (seed.isMissingNode()) {
                return DEFAULT_SEED;
            }
            if (!seed.isIntegralNumber() || !seed.canConvertToLong()) {
                throw invalid("seed", seed, "a whole number");
            }
            return seed.longValue();
        }

        int number(String field, int least, int most) {
            JsonNode number = node.path(field);
            if (!number.isInt() || number.intValue() < least || number.intValue() > most) {
                throw invalid(field, number, least == most ? String.valueOf(least) : least + " to " + most);
            }
            return number.intValue();
        }

        String prompt() {
            JsonNode prompt = node.path(PROMPT);
            if (!prompt.isTextual() || prompt.textValue().isBlank()
                    || prompt.textValue().length() > Recipe.LONGEST_PROMPT) {
                throw invalid(PROMPT, prompt, "a sentence of 1 to " + Recipe.LONGEST_PROMPT + " characters");
            }
            return prompt.textValue();
        }

        /** @param others fields that are no kinds */
        Map<String, String> expected(Set<String> others, Map<String, List<String>> labels) {
            Map<String, JsonNode> fields = new LinkedHashMap<>();
            node.properties().forEach(field -> fields.put(field.getKey(), field.getValue()));
            fields.keySet().removeAll(others);
            Map<String, String> expected = new HashMap<>();
            fields.forEach((kind, name) -> {
                List<String> names = labels.get(kind);
                if (names == null) {
                    throw invalid(kind, name, "left out: the judge knows " + String.join(", ", labels.keySet()));
                }
                if (!name.isTextual() || !names.contains(name.textValue())) {
                    throw invalid(kind, name, "one of " + String.join(", ", names));
                }
                expected.put(kind, name.textValue());
            });
            if (expected.isEmpty()) {
                throw new InvalidFieldException(path.replaceFirst("\\.$", ""), node, "a prompt with the class of a kind at"
                        + " least: " + String.join(", ", labels.keySet()));
            }
            return expected;
        }

        private InvalidFieldException invalid(String field, JsonNode value, String allowed) {
            Object shown = value.isMissingNode() ? null : value.isTextual() ? value.textValue() : value;
            return new InvalidFieldException(path + field, shown, allowed);
        }
    }
}
