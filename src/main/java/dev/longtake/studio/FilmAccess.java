package dev.longtake.studio;

import dev.longtake.film.Film;
import dev.longtake.film.FilmId;
import dev.longtake.memory.FilmEvent;
import dev.longtake.memory.ShareTerms;
import dev.longtake.memory.Subscription;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;

/** A way to get at one film: as its owner, or by a share link. */
interface FilmAccess {

    /** Never fails: a request that names nothing gets a ticket that does. */
    Ticket ticket(RoutingContext rc);

    /** Who may see what, taken from a request. May be used long after it. */
    interface Ticket {

        /**
         * Loads the film if it may be seen now; fails with a 404 {@link ProblemException} or an
         * {@link dev.longtake.memory.UnknownFilmException} if not.
         */
        Future<? extends Sight> look();

        default Future<Film> load() {
            return look().map(Sight::film);
        }

        /** Calls {@code changed} on the current context whenever another look may show something else. */
        default Subscription watch(Runnable changed) {
            return () -> { };
        }
    }

    /** A film as one may see it now. */
    interface Sight {

        Film film();

        FilmLinks links();

        /** What may be known of it, as JSON. */
        Object show(FilmView whole);

        /** What may be known of a {@code queue}, {@code progress} or {@code chunk} event. */
        JsonObject show(FilmEvent event);

        /** Terms of the link that shows it; empty for its owner. */
        default Optional<ShareTerms> terms() {
            return Optional.empty();
        }
    }

    /** Makes the links of a film. */
    @FunctionalInterface
    interface LinkMaker {
        FilmLinks of(FilmId id);
    }
}
