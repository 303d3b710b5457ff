package dev.longtake.studio;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import dev.longtake.film.InvalidFieldException;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Strict JSON: what is not understood is refused, never guessed or dropped. */
final class Json {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            // An optional value can be told from one that was left out: null is empty, and nothing is null.
            .addModule(new Jdk8Module().configureReadAbsentAsNull(true))
            .serializationInclusion(JsonInclude.Include.NON_NULL)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            // A number or a boolean is not a prompt.
            .withCoercionConfig(LogicalType.Textual, config -> {
                config.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail);
                config.setCoercion(CoercionInputShape.Float, CoercionAction.Fail);
                config.setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
            })
            .build();

    private Json() { }

    static String write(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("can't write " + value.getClass().getSimpleName() + " as JSON", e);
        }
    }

    /** The same tree as {@link #write} writes, for templates. */
    static Map<String, Object> tree(Object value) {
        return MAPPER.convertValue(value, new TypeReference<>() { });
    }

    /** JSON that may stand inside an HTML {@code <script>} element. */
    static String writeForHtml(Object value) {
        return write(value).replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029");
    }

    /**
     * Reads one JSON object.
     *
     * @throws ProblemException      400 if it is not well-formed
     * @throws InvalidFieldException if a field is unknown or of the wrong type
     */
    static <T> T read(Buffer json, Class<T> type) {
        try {
            T value = MAPPER.readValue(json == null ? new byte[0] : json.getBytes(), type);
            if (value == null) {
                throw malformed("it is null");
            }
            return value;
        } catch (UnrecognizedPropertyException e) {
            String known = e.getKnownPropertyIds().stream()
                    .map(Object::toString)
                    .sorted()
                    .collect(Collectors.joining(", "));
            throw new InvalidFieldException(field(e), "a field nobody knows", "left out; the fields are " + known);
        } catch (MismatchedInputException e) {
            if (e.getPath().isEmpty()) {
                throw malformed("it is not one JSON object");
            }
            Object value = e instanceof InvalidFormatException format ? format.getValue() : "a value of another kind";
            throw new InvalidFieldException(field(e), value, kind(e.getTargetType()));
        } catch (JsonMappingException e) {
            if (e.getCause() instanceof InputCoercionException) {
                throw new InvalidFieldException(field(e), "a number out of range", "a whole number of 32 or 64 bits");
            }
            throw malformed(e.getOriginalMessage());
        } catch (JsonProcessingException e) {
            throw malformed(e.getOriginalMessage());
        } catch (IOException e) {
            throw malformed(e.getMessage());
        }
    }

    private static ProblemException malformed(String why) {
        return Problem.of(400, "malformed-json", "Malformed JSON", "The body can't be read as JSON: " + why + ".")
                .asException();
    }

    private static String field(JsonMappingException e) {
        StringBuilder field = new StringBuilder();
        for (JsonMappingException.Reference step : e.getPath()) {
            if (step.getFieldName() == null) {
                field.append('[').append(step.getIndex()).append(']');
            } else {
                field.append(field.isEmpty() ? "" : ".").append(step.getFieldName());
            }
        }
        return field.toString();
    }

    private static String kind(Class<?> type) {
        if (type == Integer.class || type == Long.class) {
            return "a whole number";
        }
        if (type == Double.class) {
            return "a number";
        }
        if (type == String.class) {
            return "a text";
        }
        if (type == Boolean.class) {
            return "true or false";
        }
        return type != null && List.class.isAssignableFrom(type) ? "a list" : "an object";
    }
}
