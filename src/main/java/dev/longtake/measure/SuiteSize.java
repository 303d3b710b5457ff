package dev.longtake.measure;

import dev.longtake.film.InvalidFieldException;

/**
 * How many films are made for a suite, and how long they are; null stands for the suite's own.
 *
 * @param films  the first so many, at least 1
 * @param frames of every film that has no length of its own, at least 1
 * @param seed   of the first film, one more for every next; null for the one in the suite's file
 */
public record SuiteSize(Integer films, Integer frames, Long seed) {

    public SuiteSize {
        requirePositive("films", films);
        requirePositive("frames", frames);
    }

    private static void requirePositive(String field, Integer number) {
        if (number != null && number < 1) {
            throw new InvalidFieldException(field, number, "1 or more");
        }
    }
}
