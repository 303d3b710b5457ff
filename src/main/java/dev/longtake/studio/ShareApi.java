package dev.longtake.studio;

import dev.longtake.memory.FilmMemory;
import dev.longtake.memory.ShareLinks;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;

/** Share links over REST. */
final class ShareApi {

    private final FilmMemory films;
    private final ShareLinks shares;
    private final FilmAccess access;
    private final Owners owners;
    private final Site site;

    ShareApi(FilmMemory films, ShareLinks shares, FilmAccess access, Owners owners, Site site) {
        this.films = films;
        this.shares = shares;
        this.access = access;
        this.owners = owners;
        this.site = site;
    }

    /** A link that lets anyone watch. */
    record Share(String token, String url) { }

    Future<?> create(RoutingContext rc) {
        return access.ticket(rc).load().compose(film -> shares.create(film.id())).compose(token -> {
            String url = site.baseUrl(rc.request()) + FilmLinks.ofShare(token).page();
            rc.response().setStatusCode(201);
            return Responses.json(rc, new Share(token, url));
        });
    }

    /** Only the film's owner may withdraw a link; to everyone else there is none. */
    Future<?> delete(RoutingContext rc) {
        String token = rc.pathParam("token");
        Optional<String> owner = owners.find(rc);
        ProblemException unknown = Problem.notFound("share link").asException();
        if (owner.isEmpty() || !ShareAccess.TOKEN.matcher(token).matches()) {
            return Future.failedFuture(unknown);
        }
        return shares.resolve(token)
                .compose(id -> id.map(films::find).orElseGet(() -> Future.failedFuture(unknown)))
                .compose(film -> film.owner().equals(owner.get()) ? shares.revoke(token) : Future.failedFuture(unknown))
                .compose(done -> Responses.empty(rc));
    }
}
