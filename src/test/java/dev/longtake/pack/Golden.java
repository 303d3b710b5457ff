package dev.longtake.pack;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What PyTorch answered when the pack was exported: tensors in NumPy's format, and a list of them. */
public final class Golden {

    /** How far an answer may be from PyTorch's where its case does not say. */
    private static final double TOLERANCE = 1e-3;
    private static final Path FOLDER = TestPacks.STORYBOOK.resolve("golden");
    private static final int HEADER_LENGTH_AT = 8;

    private Golden() { }

    /** The list of cases of the pack that ships. */
    public static JsonNode cases() {
        return cases(FOLDER);
    }

    /** The same of a folder. */
    public static JsonNode cases(Path folder) {
        try {
            return new ObjectMapper().readTree(folder.resolve("golden.json").toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A tensor of float32 (NPY format version 1, C order). */
    public static float[] tensor(JsonNode name) {
        return tensor(FOLDER, name);
    }

    /** The same from a folder. */
    public static float[] tensor(Path folder, JsonNode name) {
        try {
            ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(folder.resolve(name.asText())))
                    .order(ByteOrder.LITTLE_ENDIAN);
            int headerLength = file.getShort(HEADER_LENGTH_AT);
            int start = HEADER_LENGTH_AT + Short.BYTES + headerLength;
            String header = new String(file.array(), HEADER_LENGTH_AT, headerLength, StandardCharsets.ISO_8859_1);
            assertThat(header).contains("'<f4'").contains("'fortran_order': False");
            float[] values = new float[(file.capacity() - start) / Float.BYTES];
            file.position(start).asFloatBuffer().get(values);
            return values;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Checks that two tensors are the same but for rounding; relative to the largest number of the tensor. */
    public static void assertClose(String what, float[] actual, float[] expected) {
        assertThat(actual.length).as(what).isEqualTo(expected.length);
        double largest = 0;
        double worst = 0;
        for (int i = 0; i < actual.length; i++) {
            largest = Math.max(largest, Math.abs(expected[i]));
            double error = Math.abs(actual[i] - expected[i]);
            worst = Double.isNaN(error) ? Double.POSITIVE_INFINITY : Math.max(worst, error);
        }
        assertSmall(what, worst, largest, TOLERANCE);
    }

    /**
     * Checks that two tensors are as close as their case says: norm of the difference over the norm. Networks that
     * multiply in 8 bits round more, and how far one number of many is off says little about them.
     */
    public static void assertClose(JsonNode golden, String what, float[] actual, float[] expected) {
        assertThat(actual.length).as(what).isEqualTo(expected.length);
        double squares = 0;
        double errors = 0;
        for (int i = 0; i < actual.length; i++) {
            double error = actual[i] - expected[i];
            squares += expected[i] * expected[i];
            errors += Double.isNaN(error) ? Double.POSITIVE_INFINITY : error * error;
        }
        assertSmall(what, Math.sqrt(errors), Math.sqrt(squares), golden.path("tolerance").asDouble(TOLERANCE));
    }

    private static void assertSmall(String what, double error, double size, double tolerance) {
        // Layers that start at zero say nothing at all in a pack that is not trained to its end.
        assertThat(error / (size == 0 ? 1 : size)).as("relative error of " + what).isLessThanOrEqualTo(tolerance);
    }
}
