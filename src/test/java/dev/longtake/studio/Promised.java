package dev.longtake.studio;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.Yaml;

/**
 * Holds what a studio answers to openapi.yaml: statuses, types, headers, and bodies without any field that is not
 * listed. The router enforces requests only.
 */
final class Promised {

    /** The one that ships. */
    static final Promised CONTRACT = new Promised();

    private static final String PROBLEM = "application/problem+json";
    private static final Set<String> CHANGING = Set.of("POST", "PUT", "PATCH", "DELETE");
    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;

    private final JsonObject document;
    private final JsonObject components;
    private final Map<String, Validator> validators = new ConcurrentHashMap<>();

    private Promised() {
        try (InputStream yaml = Promised.class.getResourceAsStream("/openapi.yaml")) {
            document = new JsonObject(Json.write(new Yaml().<Object>load(yaml)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        components = (JsonObject) closed(document.getJsonObject("components"));
    }

    /** Fails if the contract does not allow this answer; says nothing about what lies outside of the contract. */
    void hold(String method, String pathAndQuery, Person.Answer answer) {
        String path = pathAndQuery.split("[?#]", 2)[0];
        String what = method + " " + pathAndQuery + " answered " + answer.status() + " " + type(answer) + " "
                + (type(answer).contains("json") ? answer.text() : "");
        Optional<String> template = template(path);
        if (template.isEmpty()) {
            if (path.startsWith("/api/")) {
                assertThat(answer.status()).as(what).isBetween(400, 499);
                problem(what, method, answer);
            }
            return;
        }
        JsonObject item = document.getJsonObject("paths").getJsonObject(template.get());
        JsonObject operation = item.getJsonObject(method.equals("HEAD") ? "get" : method.toLowerCase());
        if (operation == null) {
            assertThat(answer.status()).as(what).isEqualTo(405);
            assertThat(answer.header("Allow")).as(what).isPresent();
            problem(what, method, answer);
            return;
        }
        JsonObject promised = operation.getJsonObject("responses").getJsonObject(String.valueOf(answer.status()));
        if (promised == null) {
            assertThat(alsoPossible(method, template.get(), operation)).as(what).contains(answer.status());
            problem(what, method, answer);
        } else {
            hold(what, method, resolve(promised), answer);
        }
        if (answer.status() == 429) {
            assertThat(answer.header("Retry-After").orElse("")).as(what).matches("[1-9]\\d*");
        }
    }

    /** Fails if an event of a live socket is not as the contract has it. */
    void hold(String path, JsonObject event) {
        JsonObject body = event.copy();
        body.remove("id");
        String what = path + " told " + event.encode();
        switch (String.valueOf(body.remove("type"))) {
            case "state" -> {
                String schema = path.startsWith("/v/") ? "SharedFilm" : "Film";
                requireValid(what, schema(schema), event.getJsonObject("film"));
                assertThat(body.fieldNames()).as(what).isSubsetOf("film", "changedFrom");
            }
            case "progress" -> requireValid(what, schema("Progress"), body);
            case "chunk" -> requireValid(what, schema("MadeChunk"), body);
            case "enhancing" -> requireValid(what, schema("Enhancing"), body);
            case "enhanced" -> requireValid(what, schema("EnhancedChunks"), body);
            case "queue" -> assertThat(body.fieldNames()).as(what).containsExactly("position");
            default -> throw new AssertionError(what + ", of which the contract says nothing");
        }
    }

    /** What the contract's introduction says of all operations. */
    private static Set<Integer> alsoPossible(String method, String template, JsonObject operation) {
        Set<Integer> possible = new java.util.HashSet<>();
        if (template.startsWith("/api")) {
            possible.addAll(Set.of(401, 429, 503));
        }
        if (CHANGING.contains(method)) {
            possible.add(403);
        }
        if (operation.getJsonArray("parameters", new JsonArray()).encode().contains("IdempotencyKey")) {
            possible.add(422);
        }
        return possible;
    }

    private void hold(String what, String method, JsonObject promised, Person.Answer answer) {
        JsonObject headers = promised.getJsonObject("headers", new JsonObject());
        for (String name : headers.fieldNames()) {
            if (headers.getJsonObject(name).getBoolean("required", false)) {
                assertThat(answer.header(name)).as(what + ": " + name).isPresent();
            }
        }
        JsonObject content = promised.getJsonObject("content", new JsonObject());
        if (content.isEmpty() || answer.status() == NO_CONTENT || answer.status() == NOT_MODIFIED) {
            assertThat(answer.response().body()).as(what).isEmpty();
            return;
        }
        assertThat(content.fieldNames()).as(what).contains(type(answer));
        JsonObject schema = content.getJsonObject(type(answer)).getJsonObject("schema");
        if (!method.equals("HEAD") && schema != null) {
            requireValid(what, schema, answer.json());
        }
    }

    private void problem(String what, String method, Person.Answer answer) {
        assertThat(type(answer)).as(what).isEqualTo(PROBLEM);
        if (!method.equals("HEAD")) {
            requireValid(what, schema("Problem"), answer.json());
            assertThat(answer.json().getInteger("status")).as(what).isEqualTo(answer.status());
        }
    }

    private void requireValid(String what, JsonObject schema, JsonObject value) {
        Validator validator = validators.computeIfAbsent(schema.encode(), key -> Validator.create(
                JsonSchema.of(new JsonObject()
                        .put("$id", "urn:longtake:answer:" + Integer.toHexString(key.hashCode()))
                        .put("components", components.copy())
                        .put("allOf", new JsonArray().add(closed(schema)))),
                new JsonSchemaOptions().setBaseUri("urn:longtake:").setDraft(Draft.DRAFT202012)
                        .setOutputFormat(OutputFormat.Basic)));
        OutputUnit result = validator.validate(value);
        assertThat(result.getValid()).as(what + " breaks the contract: " + errors(result)).isTrue();
    }

    private static List<String> errors(OutputUnit result) {
        return result.getErrors() == null ? List.of() : result.getErrors().stream()
                .map(error -> error.getInstanceLocation() + " " + error.getError()).toList();
    }

    private static JsonObject schema(String name) {
        return new JsonObject().put("$ref", "#/components/schemas/" + name);
    }

    private Optional<String> template(String path) {
        Set<String> templates = document.getJsonObject("paths").fieldNames();
        return templates.contains(path)
                ? Optional.of(path)
                : templates.stream().filter(template -> pattern(template).matcher(path).matches()).findFirst();
    }

    private static Pattern pattern(String template) {
        return Pattern.compile(java.util.Arrays.stream(template.split("\\{\\w+}", -1)).map(Pattern::quote)
                .collect(Collectors.joining("[^/]+")));
    }

    private JsonObject resolve(JsonObject value) {
        String reference = value.getString("$ref");
        return reference == null
                ? value
                : document.getJsonObject("components").getJsonObject("responses")
                        .getJsonObject(reference.substring(reference.lastIndexOf('/') + 1));
    }

    /** The same schemas, with no room for fields that they do not name. */
    private static Object closed(Object value) {
        if (value instanceof JsonArray list) {
            return new JsonArray(list.stream().map(Promised::closed).toList());
        }
        if (!(value instanceof JsonObject object)) {
            return value;
        }
        JsonObject copy = new JsonObject();
        object.forEach(entry -> copy.put(entry.getKey(), closed(entry.getValue())));
        boolean shape = "object".equals(object.getValue("type")) && object.getValue("properties") instanceof JsonObject;
        return shape && !object.containsKey("additionalProperties") ? copy.put("additionalProperties", false) : copy;
    }

    private static String type(Person.Answer answer) {
        return answer.header("Content-Type").map(type -> type.split(";")[0].strip()).orElse("");
    }
}
