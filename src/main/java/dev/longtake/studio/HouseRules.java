package dev.longtake.studio;

import dev.longtake.film.InvalidFieldException;
import dev.longtake.film.Recipe;
import java.time.Duration;

/**
 * What a studio does with films by itself.
 *
 * @param endlessFrames frames after which an endless film ends, 1 to {@value Recipe#LONGEST_FILM}
 * @param trash         time for which a deleted film can be restored; not negative
 */
public record HouseRules(int endlessFrames, Duration trash) {

    public static final int USUAL_ENDLESS_FRAMES = 30_000;
    public static final int USUAL_TRASH_MINUTES = 10;
    public static final HouseRules USUAL =
            new HouseRules(USUAL_ENDLESS_FRAMES, Duration.ofMinutes(USUAL_TRASH_MINUTES));

    public HouseRules {
        if (endlessFrames < 1 || endlessFrames > Recipe.LONGEST_FILM) {
            throw new InvalidFieldException("endless-frames", endlessFrames, "1 to " + Recipe.LONGEST_FILM);
        }
        if (trash.isNegative()) {
            throw new InvalidFieldException("trash-minutes", trash.toMinutes(), "0 or more");
        }
    }
}
