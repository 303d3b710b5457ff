package dev.longtake.studio;

import dev.longtake.director.RecipeCheck;
import dev.longtake.film.EnhancementPlan;
import dev.longtake.film.Film;
import dev.longtake.film.FilmId;
import dev.longtake.film.FilmState;
import dev.longtake.film.Fork;
import dev.longtake.film.InvalidFieldException;
import dev.longtake.film.More;
import dev.longtake.film.PromptChange;
import dev.longtake.film.Recipe;
import dev.longtake.film.StartImage;
import dev.longtake.film.Timeline;
import dev.longtake.media.StartImages;
import dev.longtake.memory.FilmMemory;
import dev.longtake.memory.UnknownFilmException;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/** Films over REST: making, changing and listing them. */
final class FilmApi {

    private static final int USUAL_PAGE = 20;
    private static final int LONGEST_PAGE = 100;
    private static final int LONGEST_STRIP = 1000;

    private final FilmMemory films;
    private final WorkerExecutor pictures;
    private final FilmViews views;
    private final Owners owners;
    private final FilmAccess access;
    private final RecipeCheck check;
    private final Consumer<FilmId> forgetFiles;
    private final HouseRules rules;
    private final Allowances allowances;

    /** @param pictures where pictures are read */
    FilmApi(
            FilmMemory films,
            WorkerExecutor pictures,
            FilmViews views,
            Owners owners,
            FilmAccess access,
            RecipeCheck check,
            Consumer<FilmId> forgetFiles,
            HouseRules rules,
            Allowances allowances) {
        this.films = films;
        this.pictures = pictures;
        this.views = views;
        this.owners = owners;
        this.access = access;
        this.check = check;
        this.forgetFiles = forgetFiles;
        this.rules = rules;
        this.allowances = allowances;
    }

    /** A page of films; {@code next} is null on the last one. */
    record FilmPage(List<FilmView> films, String next) { }

    /** The films that belong to one tree, oldest first. */
    record Tree(String root, List<FilmView> takes) { }

    /**
     * Some of a film's chunks.
     *
     * @param chunks how many there are in all
     */
    record Strip(int chunks, List<ChunkView> strip) { }

    /** A wish that can be granted, and the picture that its film begins with. */
    private record Order(NewFilm wish, Recipe recipe, Optional<StartImage> image) { }

    Future<?> create(RoutingContext rc) {
        Buffer body = rc.body().buffer();
        if (body.length() <= Operations.LARGEST_BODY) {
            NewFilm wish = Json.read(body, NewFilm.class);
            if (wish.image() == null) {
                return create(rc, order(wish));
            }
        }
        // Pictures are read beside the event loop, one after the other: a large one takes a moment, and memory.
        return pictures.executeBlocking(() -> order(Json.read(body, NewFilm.class)))
                .compose(order -> create(rc, order));
    }

    private Order order(NewFilm wish) {
        Optional<StartImage> image = wish.startImage(check.manifest());
        Recipe recipe = wish.toRecipe(check.manifest(), rules.endlessFrames(), image);
        check.check(recipe);
        return new Order(wish, recipe, image);
    }

    private Future<?> create(RoutingContext rc, Order order) {
        NewFilm wish = order.wish();
        Recipe recipe = order.recipe();
        Optional<Buffer> png = order.image().map(StartImages::png).map(Buffer::buffer);
        Film asked = Film.create(owners.welcome(rc), recipe, check.manifest().chunk())
                .endless(wish.withoutEnd())
                .enhanced(wish.enhancement(check.manifest(), recipe));
        return allowances.newFilm(rc, asked).compose(allowed -> films.create(asked, png)).compose(film -> {
            rc.response().setStatusCode(201).putHeader(HttpHeaders.LOCATION, FilmLinks.ofOwner(film.id()).self());
            return show(rc, film);
        });
    }

    Future<?> list(RoutingContext rc) {
        int limit = Inputs.number("limit", rc.request().getParam("limit"), USUAL_PAGE, 1, LONGEST_PAGE);
        Optional<FilmId> before = Optional.ofNullable(rc.request().getParam("before")).map(FilmApi::before);
        Optional<String> owner = owners.find(rc);
        Future<List<Film>> mine = owner.isEmpty()
                ? Future.succeededFuture(List.of())
                : films.list(owner.get(), limit + 1, before);
        return mine.compose(found -> {
            boolean more = found.size() > limit;
            List<Film> page = more ? found.subList(0, limit) : found;
            return views.views(page, FilmLinks::ofOwner)
                    .map(shown -> new FilmPage(shown, more ? shown.get(limit - 1).id() : null));
        }).compose(page -> {
            if (page.next() != null) {
                rc.response().putHeader("Link", "<?limit=" + limit + "&before=" + page.next() + ">; rel=\"next\"");
            }
            return Responses.json(rc, page);
        });
    }

    Future<?> get(RoutingContext rc) {
        return access.ticket(rc).load().compose(film -> show(rc, film));
    }

    Future<?> changePrompt(RoutingContext rc) {
        PromptChange change = Json.read(rc.body().buffer(), NewPrompt.class).toChange();
        return access.ticket(rc).load().compose(film -> {
            requireUnderWay(film, "so its prompt can't change; extend it with a prompt");
            requirePack(film);
            requireReadable(film, change);
            return films.changePrompt(film.id(), change).compose(done -> films.find(film.id()));
        }).compose(film -> show(rc, film));
    }

    Future<?> replan(RoutingContext rc) {
        List<PromptChange> planned = Json.read(rc.body().buffer(), Replan.class).toChanges();
        Optional<String> version = Optional.ofNullable(rc.request().getHeader(HttpHeaders.IF_MATCH))
                .map(tag -> tag.strip().replaceAll("^\"|\"$", ""))
                .filter(tag -> !tag.equals("*"));
        return access.ticket(rc).load().compose(film -> {
            requirePack(film);
            check.check(film.recipe().withTimeline(film.replanned(planned)));
            return films.replan(film.id(), planned, version);
        }).compose(film -> {
            rc.response().putHeader(HttpHeaders.ETAG, '"' + film.recipe().timeline().version() + '"');
            return show(rc, film);
        });
    }

    Future<?> extend(RoutingContext rc) {
        Extension extension = Json.read(rc.body().buffer(), Extension.class);
        return access.ticket(rc).load().compose(film -> {
            if (film.endless()) {
                throw Problem.conflict("The film is endless, so it can't be made longer.").asException();
            }
            More more = extension.toMore(film, rules.endlessFrames());
            requirePack(film);
            check.check(more.of(film).recipe());
            return allowances.longerFilm(more.of(film)).compose(allowed -> films.extend(film.id(), more));
        }).compose(film -> show(rc, film));
    }

    Future<?> enhance(RoutingContext rc) {
        boolean on = Json.read(rc.body().buffer(), Enhance.class).on();
        return access.ticket(rc).load().compose(film -> {
            if (!on) {
                return films.unenhance(film.id());
            }
            requirePack(film);
            EnhancementPlan plan = NewFilm.requireEnhancer("on", check.manifest(), film.recipe());
            return allowances.longerFilm(film).compose(allowed -> films.enhance(film.id(), plan));
        }).compose(film -> show(rc, film));
    }

    Future<?> fork(RoutingContext rc) {
        Fork fork = Json.read(rc.body().buffer(), ForkBody.class).toFork();
        return access.ticket(rc).load().compose(film -> {
            requirePack(film);
            Film take = fork.of(film, film.owner());
            check.check(take.recipe());
            return requireImage(film, take)
                    .compose(there -> allowances.newFilm(rc, take))
                    .compose(allowed -> films.fork(film.id(), take));
        }).compose(take -> {
            rc.response().setStatusCode(201).putHeader(HttpHeaders.LOCATION, FilmLinks.ofOwner(take.id()).self());
            return show(rc, take);
        });
    }

    /** Somebody else's film may have been gone on from: its picture is not there, and needed for the first chunk alone. */
    private Future<?> requireImage(Film film, Film take) {
        if (!film.recipe().fromImage() || take.chunksDone() > 0) {
            return Future.succeededFuture();
        }
        return films.image(film.id()).map(image -> image.orElseThrow(() -> beginsWithAnothers(film)));
    }

    /** What is said where a film's beginning can't be made anew. */
    static InvalidFieldException beginsWithAnothers(Film film) {
        return new InvalidFieldException("atFrame", 0,
                film.plan().frames() + " or more, for the film begins with a picture that is somebody else's");
    }

    Future<?> takes(RoutingContext rc) {
        return access.ticket(rc).load().compose(film -> films.takes(film)
                .compose(takes -> views.views(takes, FilmLinks::ofOwner))
                .compose(shown -> Responses.json(rc, new Tree(film.lineage().root().value(), shown))));
    }

    Future<?> chunks(RoutingContext rc) {
        int from = Inputs.number("from", rc.request().getParam("from"), 0, 0, Recipe.LONGEST_FILM);
        int limit = Inputs.number("limit", rc.request().getParam("limit"), LONGEST_STRIP, 1, LONGEST_STRIP);
        return access.ticket(rc).load().compose(film -> Responses.json(rc, new Strip(
                Math.max(film.chunks(), film.chunksDone()), views.chunks(film, from, limit, FilmLinks::ofOwner))));
    }

    Future<?> stop(RoutingContext rc) {
        return access.ticket(rc).load().compose(film -> {
            requireUnderWay(film, "so there is nothing to stop");
            return films.stop(film.id());
        }).compose(film -> show(rc, film));
    }

    Future<?> pause(RoutingContext rc) {
        return access.ticket(rc).load().compose(film -> {
            if (!film.state().active()) {
                throw wrongState(film, "so there is nothing to pause");
            }
            return films.pause(film.id());
        }).compose(film -> show(rc, film));
    }

    Future<?> resume(RoutingContext rc) {
        return access.ticket(rc).load().compose(film -> {
            if (film.state() != FilmState.PAUSED) {
                throw wrongState(film, "so it can't be resumed");
            }
            return allowances.longerFilm(film).compose(allowed -> films.resume(film.id()));
        }).compose(film -> show(rc, film));
    }

    Future<?> rename(RoutingContext rc) {
        String title = Json.read(rc.body().buffer(), Rename.class).title();
        return access.ticket(rc).load()
                .compose(film -> films.rename(film.id(), title == null ? "" : title))
                .compose(film -> show(rc, film));
    }

    Future<?> delete(RoutingContext rc) {
        return access.ticket(rc).load()
                .compose(film -> films.trash(film.id(), rules.trash())
                        .onSuccess(done -> forgetFiles.accept(film.id()))
                        .compose(done -> allowances.deleted(film)))
                .compose(done -> Responses.empty(rc));
    }

    Future<?> restore(RoutingContext rc) {
        Optional<String> owner = owners.find(rc);
        return films.findTrashed(new FilmId(rc.pathParam("id")))
                .compose(film -> Optional.of(film.owner()).equals(owner)
                        ? allowances.restored(film).compose(goesOn -> films.restore(film.id(), goesOn))
                        : Future.failedFuture(new UnknownFilmException(film.id())))
                .compose(film -> show(rc, film));
    }

    private static FilmId before(String id) {
        try {
            return new FilmId(id);
        } catch (InvalidFieldException e) {
            throw new InvalidFieldException("before", id, "the next of the page before");
        }
    }

    private Future<Void> show(RoutingContext rc, Film film) {
        return views.view(film, FilmLinks::ofOwner).compose(view -> Responses.json(rc, view));
    }

    /** A prompt that goes on is read together with its scene, and both must fit. */
    private void requireReadable(Film film, PromptChange wish) {
        int frame = Math.max(wish.frame(), film.framesDone());
        Timeline timeline = film.recipe().timeline().with(new PromptChange(frame, wish.prompt()));
        check.check(film.recipe().withTimeline(timeline));
    }

    /** A film of another pack can still be watched. */
    private void requirePack(Film film) {
        if (!film.recipe().pack().equals(check.manifest().name())) {
            throw Problem.conflict("The film was made with the pack " + film.recipe().pack()
                    + ", but this server runs " + check.manifest().name() + ".").asException();
        }
    }

    private static void requireUnderWay(Film film, String consequence) {
        if (!film.state().underWay()) {
            throw wrongState(film, consequence);
        }
    }

    private static ProblemException wrongState(Film film, String consequence) {
        return Problem.conflict(
                "The film is " + film.state().name().toLowerCase(Locale.ROOT) + ", " + consequence + ".")
                .asException();
    }
}
