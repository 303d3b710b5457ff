package dev.longtake.film;

/**
 * From {@code frame} on, a film draws its noise from {@code seed}: so another turn can be taken at any chunk and still
 * be told by one recipe.
 *
 * @param frame frame of the film, 1 or more; acts from the first chunk that starts at or after it
 * @param seed  any number
 */
public record SeedChange(int frame, long seed) {

    public SeedChange {
        if (frame < 1) {
            throw new InvalidFieldException("seeds.frame", frame, "1 or more (seed is what acts from 0)");
        }
    }
}
