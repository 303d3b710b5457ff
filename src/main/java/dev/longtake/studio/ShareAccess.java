package dev.longtake.studio;

import dev.longtake.film.Film;
import dev.longtake.memory.FilmMemory;
import dev.longtake.memory.ShareLinks;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
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

    @Override
    public Ticket ticket(RoutingContext rc) {
        String token = rc.pathParam("token");
        return new Ticket(() -> find(token), id -> FilmLinks.ofShare(token));
    }

    private Future<Film> find(String token) {
        if (!TOKEN.matcher(token).matches()) {
            return unknown();
        }
        return shares.resolve(token).compose(id -> id.map(films::find).orElseGet(ShareAccess::unknown));
    }

    private static Future<Film> unknown() {
        return Future.failedFuture(Problem.of(404, "not-found", "Not found",
                "This link shows no film: it was withdrawn, or its film was deleted.").asException());
    }
}
