package dev.longtake.pack;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.longtake.film.InvalidFieldException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Shape of a tensor as a manifest writes it, such as {@code ["B", 16, 16, 8, 8]}.
 *
 * @param sizes a number for a fixed size, a letter for one that is chosen at run time
 */
public record TensorShape(@JsonValue List<Object> sizes) {

    private static final String ALLOWED = "a list of positive numbers and names, such as [\"B\", 16, 8, 8]";

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public TensorShape {
        if (sizes == null) {
            throw new InvalidFieldException("shape", null, ALLOWED);
        }
        for (Object size : sizes) {
            boolean fixed = size instanceof Integer number && number > 0;
            if (!fixed && !(size instanceof String name && !name.isBlank())) {
                throw new InvalidFieldException("shape", sizes, ALLOWED);
            }
        }
        sizes = List.copyOf(sizes);
    }

    /** Whether a graph with {@code shape} (-1: any size) can take tensors of this shape. */
    boolean allows(long[] shape) {
        if (shape.length != sizes.size()) {
            return false;
        }
        for (int i = 0; i < shape.length; i++) {
            if (shape[i] >= 0 && !sizes.get(i).equals((int) shape[i])) {
                return false;
            }
        }
        return true;
    }

    /** Whether this shape has the same fixed sizes as {@code other}, and open ones at the same places. */
    boolean sameAs(TensorShape other) {
        return Arrays.equals(with(-1), other.with(-1));
    }

    /** This shape with {@code free} for every size chosen at run time. */
    long[] with(long free) {
        return sizes.stream().mapToLong(size -> size instanceof Integer number ? number : free).toArray();
    }

    @Override
    public String toString() {
        return sizes.stream().map(Object::toString).collect(Collectors.joining(", ", "[", "]"));
    }
}
