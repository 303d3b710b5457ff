package dev.longtake.studio;

import dev.longtake.memory.FilmMemory;
import dev.longtake.memory.ShareLink;
import dev.longtake.memory.ShareLinks;
import dev.longtake.memory.ShareTerms;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Share links over REST, for the makers of the films that they show. To everyone else there are none. */
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

    /** Answer to {@link #list}. */
    record ShareList(List<ShareView> shares) { }

    Future<?> create(RoutingContext rc) {
        Buffer body = rc.body().buffer();
        ShareWish wish = body == null || body.length() == 0 ? ShareWish.NOTHING : Json.read(body, ShareWish.class);
        ShareTerms terms = wish.appliedTo(ShareTerms.USUAL, Instant.now());
        return access.ticket(rc).load()
                .compose(film -> shares.create(film.id(), terms))
                .compose(link -> {
                    rc.response().setStatusCode(201);
                    return Responses.json(rc, view(rc, link, 0));
                });
    }

    Future<?> list(RoutingContext rc) {
        return access.ticket(rc).load()
                .compose(film -> shares.list(film.id()))
                .compose(links -> Future.all(links.stream().map(link -> view(rc, link)).toList()))
                .compose(views -> Responses.json(rc, new ShareList(views.list())));
    }

    Future<?> change(RoutingContext rc) {
        ShareWish wish = Json.read(rc.body().buffer(), ShareWish.class);
        return requireOwn(rc)
                .compose(link -> shares.change(link.token(), terms -> wish.appliedTo(terms, Instant.now())))
                .compose(changed -> changed.map(Future::succeededFuture).orElseGet(ShareApi::unknown))
                .compose(link -> view(rc, link))
                .compose(view -> Responses.json(rc, view));
    }

    Future<?> delete(RoutingContext rc) {
        return requireOwn(rc).compose(link -> shares.revoke(link.token())).compose(done -> Responses.empty(rc));
    }

    private Future<ShareLink> requireOwn(RoutingContext rc) {
        Optional<String> owner = owners.find(rc);
        if (owner.isEmpty()) {
            return unknown();
        }
        return shares.find(rc.pathParam("token")).compose(link -> link.isEmpty()
                ? unknown()
                : films.find(link.get().film()).compose(film ->
                        film.owner().equals(owner.get()) ? Future.succeededFuture(link.get()) : unknown()));
    }

    private Future<ShareView> view(RoutingContext rc, ShareLink link) {
        return shares.views(link.token()).map(views -> view(rc, link, views));
    }

    private ShareView view(RoutingContext rc, ShareLink link, long views) {
        return ShareView.of(link, site.baseUrl(rc.request()) + FilmLinks.ofShare(link.token()).page(), views);
    }

    private static Future<ShareLink> unknown() {
        return Future.failedFuture(Problem.notFound("share link").asException());
    }
}
