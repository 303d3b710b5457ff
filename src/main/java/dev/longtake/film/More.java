package dev.longtake.film;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * A wish to make a film longer.
 *
 * @param frames  how many to add, 1 to {@value Recipe#LONGEST_FILM}; for an endless film, the most
 * @param endless whether it is then to go on until it is stopped
 * @param prompt  what to show from the first chunk not started on
 * @param seed    seed from the same chunk on
 */
public record More(int frames, boolean endless, Optional<String> prompt, OptionalLong seed) {

    public More {
        if (frames < 1 || frames > Recipe.LONGEST_FILM) {
            throw new InvalidFieldException("frames", frames, "1 to " + Recipe.LONGEST_FILM);
        }
        prompt = prompt.map(text -> new PromptChange(0, text).prompt());
    }

    /** The film with what is wished; it waits for a worker unless it is under way. */
    public Film of(Film film) {
        boolean underWay = film.state().underWay();
        int base = underWay ? film.recipe().frames() : film.framesDone();
        int open = film.firstOpenChunk();
        Recipe recipe = film.recipe().withFrames(base + frames);
        if (prompt.isPresent()) {
            recipe = recipe.withTimeline(
                    recipe.timeline().with(new PromptChange(film.firstOpenFrame(), prompt.get())));
        }
        if (seed.isPresent()) {
            recipe = recipe.reseeded(open, film.plan(), seed.getAsLong());
        }
        return film.with(recipe).endless(endless).in(underWay ? film.state() : FilmState.QUEUED, "");
    }
}
