package dev.longtake.studio;

import dev.longtake.film.Film;
import dev.longtake.film.FilmId;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Supplier;

/** A way to get at one film: as its owner, or by a share link. */
interface FilmAccess {

    /**
     * Who may see what, taken from a request.
     *
     * @param film  loads the film if it may still be seen; fails with a 404 {@link ProblemException} or an
     *              {@link dev.longtake.memory.UnknownFilmException} if not. May be used long after the request.
     */
    record Ticket(Supplier<Future<Film>> film, LinkMaker links) {

        Future<Film> load() {
            return film.get();
        }
    }

    /** Makes the links of a film. */
    @FunctionalInterface
    interface LinkMaker {
        FilmLinks of(FilmId id);
    }

    /** Never fails: a request that names nothing gets a ticket that does. */
    Ticket ticket(RoutingContext rc);
}
