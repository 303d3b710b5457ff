package dev.longtake.studio;

import dev.longtake.film.Film;
import dev.longtake.film.FilmId;
import dev.longtake.film.InvalidFieldException;
import dev.longtake.memory.FilmEvent;
import dev.longtake.memory.FilmMemory;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;

/** Films by their id, for their owner only. To everyone else they do not exist. */
final class OwnerAccess implements FilmAccess {

    private final FilmMemory films;
    private final Owners owners;

    OwnerAccess(FilmMemory films, Owners owners) {
        this.films = films;
        this.owners = owners;
    }

    /** Owners see everything. */
    private record OwnSight(Film film) implements Sight {

        @Override
        public FilmLinks links() {
            return FilmLinks.ofOwner(film.id());
        }

        @Override
        public FilmView show(FilmView whole) {
            return whole;
        }

        @Override
        public JsonObject show(FilmEvent event) {
            return event.toJson();
        }
    }

    @Override
    public Ticket ticket(RoutingContext rc) {
        Optional<String> owner = owners.find(rc);
        String id = rc.pathParam("id");
        return () -> find(id, owner).map(OwnSight::new);
    }

    private Future<Film> find(String id, Optional<String> owner) {
        if (owner.isEmpty()) {
            return unknown();
        }
        try {
            return films.find(new FilmId(id))
                    .compose(film -> film.owner().equals(owner.get()) ? Future.succeededFuture(film) : unknown());
        } catch (InvalidFieldException e) {
            return unknown();
        }
    }

    private static Future<Film> unknown() {
        return Future.failedFuture(Problem.notFound("film").asException());
    }
}
