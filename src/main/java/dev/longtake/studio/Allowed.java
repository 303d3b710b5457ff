package dev.longtake.studio;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.TreeSet;

/** Says in words what a JSON schema allows. */
final class Allowed {

    private Allowed() { }

    /** To be read after "must be". */
    static String by(JsonObject schema) {
        if (schema.containsKey("enum")) {
            return oneOf(schema.getJsonArray("enum"));
        }
        return switch (schema.getString("type", "")) {
            case "integer" -> "a whole number" + range(schema);
            case "number" -> "a number" + range(schema);
            case "string" -> text(schema);
            case "boolean" -> "true or false";
            case "array" -> "a list" + (schema.containsKey("maxItems") ? " of at most " + schema.getValue("maxItems") : "");
            case "object" -> "an object with the fields " + fields(schema);
            default -> "as the contract says";
        };
    }

    /** The fields of an object, in order. */
    static String fields(JsonObject schema) {
        return String.join(", ", new TreeSet<>(schema.getJsonObject("properties", new JsonObject()).fieldNames()));
    }

    private static String oneOf(JsonArray values) {
        List<String> words = values.stream().map(String::valueOf).toList();
        int last = words.size() - 1;
        return last == 0 ? words.get(0) : String.join(", ", words.subList(0, last)) + " or " + words.get(last);
    }

    private static String range(JsonObject schema) {
        Object least = schema.getValue("minimum");
        Object most = schema.getValue("maximum");
        if (least != null && most != null) {
            return " from " + least + " to " + most;
        }
        return least == null ? most == null ? "" : ", at most " + most : ", at least " + least;
    }

    private static String text(JsonObject schema) {
        if (schema.containsKey("pattern")) {
            JsonArray examples = schema.getJsonArray("examples", new JsonArray());
            return examples.isEmpty()
                    ? "a text of the form " + schema.getString("pattern")
                    : "a text such as " + examples.getValue(0);
        }
        int least = schema.getInteger("minLength", 0);
        Integer most = schema.getInteger("maxLength");
        if (most == null) {
            return least == 0 ? "a text" : "a text of at least " + least + " characters";
        }
        return least == 0 ? "a text of at most " + most + " characters" : "a text of " + least + " to " + most + " characters";
    }
}
