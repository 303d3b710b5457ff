package dev.longtake.pack;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.InjectableValues;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.InvalidTypeIdException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import dev.longtake.film.InvalidFieldException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Reads {@code pack.json} strictly: a misspelt, missing or odd field is an error that names it. */
final class ManifestReader {

    /** Fields that may be left out: each an {@link Optional} that is annotated with its name, and empty then. */
    static final String OVERLAP_HOLD = "overlapHold";
    static final String DISSOLVE = "dissolve";
    static final String FAST = "fast";
    static final String ENHANCER = "enhancer";
    static final String UNCONDITIONAL_ANCHOR = "unconditionalAnchor";
    static final String PRECISION = "precision";
    static final String FIRST_CHUNK = "firstChunk";
    static final String CANVAS = "canvas";
    static final String ENLARGEMENT = "enlargement";
    static final String TEXT = "enhancer.text";
    static final String SCALING_FACTOR = "scalingFactor";
    static final String WEIGHTS = "weights";
    static final String HALF = "half";

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .addModule(new Jdk8Module())
            .injectableValues(absent())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .build();

    private static InjectableValues absent() {
        InjectableValues.Std absent = new InjectableValues.Std();
        for (String field : List.of(OVERLAP_HOLD, DISSOLVE, FAST, ENHANCER, UNCONDITIONAL_ANCHOR, PRECISION, FIRST_CHUNK,
                CANVAS, ENLARGEMENT, TEXT, SCALING_FACTOR, WEIGHTS, HALF)) {
            absent.addValue(field, Optional.empty());
        }
        return absent;
    }

    private ManifestReader() { }

    static PackManifest read(Path file) {
        try {
            return MAPPER.readValue(Files.readAllBytes(file), PackManifest.class);
        } catch (JsonMappingException e) {
            throw PackException.at(file, explain(e), e);
        } catch (JsonProcessingException e) {
            throw PackException.at(file, "is not valid JSON, line " + e.getLocation().getLineNr() + ": "
                    + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw PackException.at(file, "can't be read: " + e.getMessage(), e);
        }
    }

    private static String explain(JsonMappingException e) {
        String field = e.getPath().stream()
                .map(part -> part.getFieldName() == null ? "[" + part.getIndex() + "]" : "." + part.getFieldName())
                .collect(Collectors.joining())
                .replaceFirst("^\\.", "");
        if (e.getCause() instanceof InvalidFieldException invalid) {
            boolean named = invalid.field().contains(field) || field.isEmpty();
            return (named ? "" : "in " + field + ": ") + invalid.getMessage();
        }
        if (e instanceof UnrecognizedPropertyException unknown) {
            return "unknown field " + field + "; known here: " + unknown.getKnownPropertyIds();
        }
        if (e instanceof InvalidTypeIdException type) {
            return choice(type.getBaseType()) + ", but was "
                    + (type.getTypeId() == null ? "missing" : "\"" + type.getTypeId() + "\"");
        }
        if (e instanceof InvalidFormatException format) {
            return field + " must be " + typeName(format.getTargetType()) + ", but was " + format.getValue();
        }
        return (field.isEmpty() ? "" : field + ": ") + e.getOriginalMessage();
    }

    private static String choice(JavaType kind) {
        if (kind.hasRawClass(Refinement.class)) {
            return "enhancer.diffusion.sampler must be euler or dpm-solver++-sde";
        }
        return kind.hasRawClass(TextConditioning.class)
                ? "text.encoder must be all-MiniLM-L6-v2 or clip"
                : "diffusion.sampler must be euler, ddim or dpm-solver++";
    }

    private static String typeName(Class<?> type) {
        if (type == int.class) {
            return "a whole number";
        }
        return type == double.class ? "a number" : "of type " + type.getSimpleName();
    }
}
