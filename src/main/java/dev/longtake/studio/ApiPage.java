package dev.longtake.studio;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The contract as a page for people. */
final class ApiPage {

    private static final List<String> METHODS = List.of("get", "post", "put", "patch", "delete");

    private final Contract contract;
    private final JsonObject document;

    ApiPage(Contract contract) {
        this.contract = contract;
        this.document = contract.document();
    }

    /** What the template shows. */
    Map<String, Object> model() {
        JsonObject info = document.getJsonObject("info");
        Map<String, List<Map<String, Object>>> byTag = new LinkedHashMap<>();
        document.getJsonArray("tags").forEach(tag -> byTag.put(((JsonObject) tag).getString("name"), new ArrayList<>()));
        JsonObject paths = document.getJsonObject("paths");
        for (String path : paths.fieldNames()) {
            JsonObject item = paths.getJsonObject(path);
            METHODS.stream().filter(item::containsKey).forEach(method -> {
                JsonObject operation = item.getJsonObject(method);
                byTag.computeIfAbsent(operation.getJsonArray("tags").getString(0), tag -> new ArrayList<>())
                        .add(operation(path, method, item, operation));
            });
        }
        return Map.of(
                "title", info.getString("title"),
                "version", info.getString("version"),
                "description", words(info.getString("description")),
                "groups", byTag.entrySet().stream()
                        .map(group -> Map.of("name", group.getKey(), "operations", group.getValue())).toList());
    }

    private Map<String, Object> operation(String path, String method, JsonObject item, JsonObject operation) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("id", operation.getString("operationId"));
        shown.put("method", method.toUpperCase(Locale.ROOT));
        shown.put("path", path);
        shown.put("summary", operation.getString("summary"));
        shown.put("description", words(operation.getString("description", "")));
        List<Map<String, Object>> inputs = new ArrayList<>();
        parameters(item).forEach(parameter -> inputs.add(parameter(parameter)));
        parameters(operation).forEach(parameter -> inputs.add(parameter(parameter)));
        body(operation, inputs);
        shown.put("inputs", inputs);
        shown.put("answers", answers(operation));
        return shown;
    }

    private List<JsonObject> parameters(JsonObject holder) {
        return holder.getJsonArray("parameters", new JsonArray()).stream()
                .map(parameter -> contract.resolve((JsonObject) parameter)).toList();
    }

    private Map<String, Object> parameter(JsonObject parameter) {
        return input(parameter.getString("name"), parameter.getString("in"), parameter.getBoolean("required", false),
                parameter.getString("description"), contract.resolve(parameter.getJsonObject("schema")));
    }

    private void body(JsonObject operation, List<Map<String, Object>> inputs) {
        JsonObject body = operation.getJsonObject("requestBody");
        if (body == null) {
            return;
        }
        JsonObject schema = contract.resolve(
                body.getJsonObject("content").getJsonObject("application/json").getJsonObject("schema"));
        JsonArray required = schema.getJsonArray("required", new JsonArray());
        JsonObject properties = schema.getJsonObject("properties", new JsonObject());
        for (String name : properties.fieldNames()) {
            inputs.add(input(name, "body", required.contains(name), properties.getJsonObject(name).getString("description"),
                    contract.resolve(properties.getJsonObject(name))));
        }
    }

    private static Map<String, Object> input(
            String name, String where, boolean required, String description, JsonObject schema) {
        String said = description == null ? schema.getString("description", "") : description;
        return Map.of("name", name, "where", where, "required", required, "allowed", Allowed.by(schema),
                "description", words(said));
    }

    private List<Map<String, Object>> answers(JsonObject operation) {
        List<Map<String, Object>> answers = new ArrayList<>();
        JsonObject responses = operation.getJsonObject("responses");
        for (String status : responses.fieldNames()) {
            JsonObject response = contract.resolve(responses.getJsonObject(status));
            answers.add(Map.of("status", status, "description", words(response.getString("description", "")),
                    "types", String.join(", ", response.getJsonObject("content", new JsonObject()).fieldNames())));
        }
        return answers;
    }

    /** Text and, between backticks, code. */
    private static List<Map<String, Object>> words(String text) {
        List<Map<String, Object>> words = new ArrayList<>();
        // Lines are those of the document; paragraphs and lists are meant.
        String[] parts = text.strip().replaceAll("(?<!\n)\n *(?![\n-])", " ").split("`");
        for (int i = 0; i < parts.length; i++) {
            words.add(Map.of("text", parts[i], "code", i % 2 == 1));
        }
        return words;
    }
}
