package dev.longtake.studio;

import dev.longtake.film.InvalidFieldException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import io.vertx.json.schema.OutputUnit;
import io.vertx.openapi.contract.Location;
import io.vertx.openapi.contract.Operation;
import io.vertx.openapi.contract.Parameter;
import io.vertx.openapi.validation.ValidatorException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Says what is wrong with a request that breaks the contract: which field, what it was, what is allowed. The router
 * itself only says that, and where in the schema.
 */
final class Violations {

    /** Keywords of errors that only say that there are others further in. */
    private static final Set<String> SUMMARIES =
            Set.of("$ref", "properties", "items", "allOf", "anyOf", "oneOf", "prefixItems");
    /** Pseudo-keyword: not in a schema, but found by us. */
    private static final String UNKNOWN_FIELD = "additionalProperties";

    private final Contract contract;

    Violations(Contract contract) {
        this.contract = contract;
    }

    /** The first thing that is wrong, or what the router said if it is beyond us. */
    Problem explain(RoutingContext rc, Operation operation, ValidatorException refusal) {
        for (Parameter parameter : operation.getParameters()) {
            Optional<Problem> problem = check(rc, parameter);
            if (problem.isPresent()) {
                return problem.get();
            }
        }
        if (operation.getRequestBody() == null) {
            return Problem.of(400, "bad-request", "Bad request", refusal.getMessage());
        }
        try {
            return body(LargeBodies.judged(rc), operation)
                    .orElseGet(() -> Problem.of(400, "bad-request", "Bad request", refusal.getMessage()));
        } catch (ProblemException malformed) {
            return malformed.problem();
        }
    }

    private Optional<Problem> check(RoutingContext rc, Parameter parameter) {
        String value = value(rc, parameter);
        JsonObject schema = contract.resolve(parameter.getOpenAPIModel().getJsonObject("schema"));
        boolean path = parameter.getIn() == Location.PATH;
        boolean wrong = value == null ? parameter.isRequired() : !valid(parameter, value);
        if (!wrong) {
            return Optional.empty();
        }
        InvalidFieldException invalid = new InvalidFieldException(parameter.getName(), value, Allowed.by(schema));
        // An address that can't exist is one that does not.
        return Optional.of(path ? Problem.notFound(thing(parameter)) : Problem.of(invalid));
    }

    private static String thing(Parameter parameter) {
        return switch (parameter.getName()) {
            case "token" -> "share link";
            case "chunk", "key" -> parameter.getName();
            default -> "film";
        };
    }

    private static String value(RoutingContext rc, Parameter parameter) {
        return switch (parameter.getIn()) {
            case PATH -> rc.pathParam(parameter.getName());
            case QUERY -> rc.request().getParam(parameter.getName());
            case HEADER -> rc.request().getHeader(parameter.getName());
            case COOKIE -> rc.request().getCookie(parameter.getName()) == null
                    ? null
                    : rc.request().getCookie(parameter.getName()).getValue();
        };
    }

    private boolean valid(Parameter parameter, String value) {
        return contract.requests().getSchemaRepository().validator(parameter.getSchema())
                .validate(typed(parameter, value)).getValid();
    }

    private static Object typed(Parameter parameter, String value) {
        try {
            return switch (parameter.getSchemaType()) {
                case INTEGER -> Long.valueOf(value);
                case NUMBER -> Double.valueOf(value);
                case BOOLEAN -> value.equals("true") ? Boolean.TRUE : value.equals("false") ? Boolean.FALSE : value;
                default -> value;
            };
        } catch (NumberFormatException e) {
            return value;
        }
    }

    private Optional<Problem> body(Buffer json, Operation operation) {
        // Stricter than the router: fields that come twice, say.
        Json.read(json, Map.class);
        JsonObject body;
        try {
            body = new JsonObject(json);
        } catch (DecodeException e) {
            return Optional.empty();
        }
        OutputUnit result = contract.requests().getSchemaRepository()
                .validator(operation.getRequestBody().getContent().get("application/json").getSchema())
                .validate(body);
        if (result.getErrors() == null) {
            return Optional.empty();
        }
        JsonObject schema = contract.bodySchema(operation);
        return result.getErrors().stream()
                .filter(error -> !summary(error))
                .findFirst()
                .map(error -> Problem.of(invalid(body, schema, error)));
    }

    private static boolean summary(OutputUnit error) {
        return SUMMARIES.contains(keyword(error));
    }

    private static String keyword(OutputUnit error) {
        String location = error.getKeywordLocation();
        return location.substring(location.lastIndexOf('/') + 1);
    }

    private InvalidFieldException invalid(JsonObject body, JsonObject root, OutputUnit error) {
        List<String> steps = steps(error.getInstanceLocation());
        Object value = body;
        JsonObject schema = root;
        JsonObject parent = root;
        StringBuilder field = new StringBuilder();
        for (String step : steps) {
            parent = schema;
            if (value instanceof JsonArray list) {
                value = list.getValue(Integer.parseInt(step));
                schema = contract.resolve(schema.getJsonObject("items", new JsonObject()));
                field.append('[').append(step).append(']');
            } else {
                value = value instanceof JsonObject object ? object.getValue(step) : null;
                schema = contract.resolve(
                        schema.getJsonObject("properties", new JsonObject()).getJsonObject(step, new JsonObject()));
                append(field, step);
            }
        }
        if (keyword(error).equals(UNKNOWN_FIELD)) {
            return new InvalidFieldException(field.toString(), "a field nobody knows",
                    "left out; the fields are " + Allowed.fields(parent));
        }
        if (keyword(error).equals("required") && value instanceof JsonObject object) {
            return missing(object, schema, field);
        }
        return new InvalidFieldException(field.toString(), shown(value), Allowed.by(schema));
    }

    private InvalidFieldException missing(JsonObject object, JsonObject schema, StringBuilder field) {
        String name = schema.getJsonArray("required").stream().map(String::valueOf)
                .filter(required -> !object.containsKey(required))
                .findFirst().orElseThrow();
        append(field, name);
        return new InvalidFieldException(field.toString(), null,
                Allowed.by(contract.resolve(schema.getJsonObject("properties").getJsonObject(name))));
    }

    private static void append(StringBuilder field, String name) {
        field.append(field.isEmpty() ? "" : ".").append(name);
    }

    private static Object shown(Object value) {
        if (value instanceof JsonObject) {
            return "an object";
        }
        return value instanceof JsonArray list ? "a list of " + list.size() : value == null ? "null" : value;
    }

    /** Steps of a JSON pointer such as {@code #/timeline/0/frame}. */
    private static List<String> steps(String pointer) {
        List<String> steps = new ArrayList<>();
        for (String step : pointer.replaceFirst("^#?/?", "").split("/")) {
            if (!step.isEmpty()) {
                steps.add(step.replace("~1", "/").replace("~0", "~"));
            }
        }
        return steps;
    }
}
