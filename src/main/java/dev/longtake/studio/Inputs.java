package dev.longtake.studio;

import dev.longtake.film.InvalidFieldException;

/** Values that a request may leave out. */
final class Inputs {

    private Inputs() { }

    static int require(String field, Integer value, String allowed) {
        if (value == null) {
            throw new InvalidFieldException(field, null, allowed);
        }
        return value;
    }

    static int orElse(Integer value, int otherwise) {
        return value == null ? otherwise : value;
    }

    /** @throws InvalidFieldException if it is a number that a JSON reader with 64-bit floats can't keep exactly */
    static long seed(String field, long seed) {
        if (seed > NewFilm.LARGEST_SEED || seed < -NewFilm.LARGEST_SEED) {
            throw new InvalidFieldException(field, seed, -NewFilm.LARGEST_SEED + " to " + NewFilm.LARGEST_SEED);
        }
        return seed;
    }

    /**
     * Reads a whole number of a query string.
     *
     * @param text null where the query does not have it
     * @throws InvalidFieldException if it is not a number in {@code least} to {@code most}
     */
    static int number(String field, String text, int otherwise, int least, int most) {
        if (text == null) {
            return otherwise;
        }
        try {
            int value = Integer.parseInt(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new InvalidFieldException(field, text, "a whole number from " + least + " to " + most);
    }
}
