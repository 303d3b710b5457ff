package dev.longtake.studio;

import dev.longtake.film.Film;
import dev.longtake.memory.FilmEvent;
import dev.longtake.memory.FilmMemory;
import dev.longtake.memory.ShareLink;
import dev.longtake.memory.ShareLinks;
import dev.longtake.memory.ShareTerms;
import dev.longtake.memory.Subscription;
import dev.longtake.memory.UnknownFilmException;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.regex.Pattern;

/** Films by the token of a share link, for everyone who has it. */
final class ShareAccess implements FilmAccess {

    static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_-]{16,64}");

    private final FilmMemory films;
    private final ShareLinks shares;

    ShareAccess(FilmMemory films, ShareLinks shares) {
        this.films = films;
        this.shares = shares;
    }

    /** Guests see what the link allows. */
    record SharedSight(Film film, ShareLink link) implements Sight {

        @Override
        public FilmLinks links() {
            return FilmLinks.ofShare(link.token());
        }

        @Override
        public SharedFilm show(FilmView whole) {
            return SharedFilm.of(whole, link.terms());
        }

        @Override
        public JsonObject show(FilmEvent event) {
            return SharedFilm.event(event, link.terms());
        }

        @Override
        public Optional<ShareTerms> terms() {
            return Optional.of(link.terms());
        }
    }

    @Override
    public Ticket ticket(RoutingContext rc) {
        String token = rc.pathParam("token");
        return new Ticket() {

            @Override
            public Future<SharedSight> look() {
                return ShareAccess.this.look(token);
            }

            @Override
            public Subscription watch(Runnable changed) {
                return shares.watch(token, changed);
            }
        };
    }

    /** What the token shows now; fails with a 404 {@link ProblemException} if nothing. */
    Future<SharedSight> look(String token) {
        if (token == null || !TOKEN.matcher(token).matches()) {
            return unknown();
        }
        return shares.resolve(token).compose(link -> link.isEmpty()
                ? unknown()
                : films.find(link.get().film())
                        .map(film -> new SharedSight(film, link.get()))
                        .recover(gone -> gone instanceof UnknownFilmException ? unknown() : Future.failedFuture(gone)));
    }

    private static Future<SharedSight> unknown() {
        return Future.failedFuture(Problem.of(404, "not-found", "This link is gone",
                "This link shows no film: it has expired or was withdrawn, or its film was deleted.").asException());
    }
}
