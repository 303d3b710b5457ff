package dev.longtake.studio;

import dev.longtake.director.RecipeCheck;
import dev.longtake.film.Film;
import dev.longtake.film.Fork;
import dev.longtake.memory.FilmMemory;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;

/** Films of one's own that go on from shared ones. */
final class RemixApi {

    private final FilmMemory films;
    private final ShareAccess access;
    private final Owners owners;
    private final FilmViews views;
    private final RecipeCheck check;
    private final Allowances allowances;

    RemixApi(
            FilmMemory films,
            ShareAccess access,
            Owners owners,
            FilmViews views,
            RecipeCheck check,
            Allowances allowances) {
        this.films = films;
        this.access = access;
        this.owners = owners;
        this.views = views;
        this.check = check;
        this.allowances = allowances;
    }

    /** The body is that of a fork; without one, all that the film has is kept and nothing added. */
    Future<?> remix(RoutingContext rc) {
        Buffer body = rc.body().buffer();
        Fork fork = body == null || body.length() == 0 ? Fork.COPY : Json.read(body, ForkBody.class).toFork();
        return access.look(rc.pathParam("token")).compose(sight -> {
            if (!sight.link().terms().remix()) {
                throw Problem.of(403, "no-remix", "Not allowed",
                        "This link lets people watch the film, but not make one of their own from it.").asException();
            }
            Film film = sight.film();
            if (!film.recipe().pack().equals(check.manifest().name())) {
                throw Problem.conflict("The film was made with the pack " + film.recipe().pack()
                        + ", but this server runs " + check.manifest().name() + ".").asException();
            }
            if (film.framesDone() == 0) {
                throw Problem.conflict("The film has no frame yet; try again in a moment.").asException();
            }
            Film remix = fork.of(film, owners.welcome(rc));
            check.check(remix.recipe());
            if (remix.recipe().fromImage() && remix.chunksDone() == 0) {
                throw FilmApi.beginsWithAnothers(film);
            }
            return allowances.newFilm(rc, remix).compose(allowed -> films.fork(film.id(), remix));
        }).compose(remix -> views.view(remix, FilmLinks::ofOwner).compose(view -> {
            rc.response().setStatusCode(201).putHeader(HttpHeaders.LOCATION, view.links().self());
            return Responses.json(rc, view);
        }));
    }
}
