package dev.longtake.memory;

import dev.longtake.film.FilmId;

/** There is no such film, or none any more. */
public final class UnknownFilmException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public UnknownFilmException(FilmId id) {
        super("there is no film " + id);
    }
}
