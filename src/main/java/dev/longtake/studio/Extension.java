package dev.longtake.studio;

import dev.longtake.film.Film;
import dev.longtake.film.InvalidFieldException;
import dev.longtake.film.More;
import dev.longtake.film.Recipe;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Body of {@code POST /api/films/{id}/extend}.
 *
 * @param frames  how many frames to add; null for an endless film
 * @param endless whether the film is to go on until it is stopped; null for no
 * @param prompt  what to show in them; null to go on as before
 * @param seed    seed from there on; null to go on as before
 */
record Extension(Integer frames, Boolean endless, String prompt, Long seed) {

    /**
     * The wish, once it is known for which film.
     *
     * @param longest frames after which an endless film ends
     * @throws InvalidFieldException naming the first field that is wrong
     */
    More toMore(Film film, int longest) {
        boolean withoutEnd = Boolean.TRUE.equals(endless);
        if (withoutEnd && frames != null) {
            throw new InvalidFieldException("frames", frames, "left out where the film is to be endless");
        }
        return new More(
                withoutEnd ? left(film, longest) : Inputs.require("frames", frames, "1 to " + Recipe.LONGEST_FILM),
                withoutEnd,
                Optional.ofNullable(prompt),
                seed == null ? OptionalLong.empty() : OptionalLong.of(Inputs.seed("seed", seed)));
    }

    private static int left(Film film, int longest) {
        int has = film.state().underWay() ? film.recipe().frames() : film.framesDone();
        if (has >= longest) {
            throw new InvalidFieldException("endless", true,
                    "false: a film of " + longest + " frames or more can only be made longer by frames");
        }
        return longest - has;
    }
}
