package dev.longtake.studio;

import dev.longtake.film.Film;

/** The ways in which a film's pictures are kept. On the wire a rendition is its place in this list. */
enum Rendition {
    /** As they were made. */
    BASE,
    /** Refined, and larger. */
    ENHANCED;

    /** The best that there is of a whole film. */
    static Rendition of(Film film) {
        return film.isWhollyEnhanced() ? ENHANCED : BASE;
    }

    /** The best that there is of a chunk. */
    static Rendition of(Film film, int chunk) {
        return film.isEnhanced(chunk) ? ENHANCED : BASE;
    }

    /**
     * Tells apart what the refined pictures of a film can be: those near its end become others when it goes on.
     *
     * @param to the frame after the last one of them
     * @return part of a name; empty for pictures as they were made, which never change
     */
    String edition(Film film, int to) {
        if (this == BASE) {
            return "";
        }
        boolean settled = film.enhancement().filter(done -> to <= done.plan().settled(film.framesDone())).isPresent();
        return settled ? "-enhanced" : "-enhanced" + film.framesDone();
    }
}
