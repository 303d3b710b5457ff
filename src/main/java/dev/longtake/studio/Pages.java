package dev.longtake.studio;

import dev.longtake.film.Film;
import dev.longtake.film.FilmState;
import dev.longtake.film.Recipe;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.common.template.TemplateEngine;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** The pages for people. */
final class Pages {

    private final TemplateEngine templates;
    private final PackView pack;
    private final Owners owners;
    private final FilmAccess shares;
    private final FilmViews views;
    private final Site site;

    Pages(TemplateEngine templates, PackView pack, Owners owners, FilmAccess shares, FilmViews views, Site site) {
        this.templates = templates;
        this.pack = pack;
        this.owners = owners;
        this.shares = shares;
        this.views = views;
        this.site = site;
    }

    /** What the page's scripts must know before they ask for anything. */
    record IndexConfig(PackView pack, int maxPrompt, int maxFrames) { }

    /** What the share page's scripts must know. */
    record ShareConfig(FilmView film) { }

    Future<?> index(RoutingContext rc) {
        owners.welcome(rc);
        IndexConfig config = new IndexConfig(pack, Recipe.LONGEST_PROMPT, Recipe.LONGEST_FILM);
        return render(rc, "index", Map.of(
                "pack", Json.tree(pack),
                "maxPrompt", config.maxPrompt(),
                "maxFrames", config.maxFrames(),
                "configJson", Json.writeForHtml(config)));
    }

    Future<?> share(RoutingContext rc) {
        FilmAccess.Ticket ticket = shares.ticket(rc);
        return ticket.load()
                .compose(film -> views.view(film, ticket.links())
                        .compose(view -> render(rc, "share", shareModel(rc, film, view))));
    }

    /** Tells a person that there is nothing here; the status is already set. */
    Future<?> missing(RoutingContext rc, Problem problem) {
        return render(rc, "missing", Map.of(
                "status", problem.status(), "title", problem.title(), "detail", problem.detail()));
    }

    private Map<String, Object> shareModel(RoutingContext rc, Film film, FilmView view) {
        String base = site.baseUrl(rc.request());
        FilmLinks links = view.links();
        Map<String, Object> model = new HashMap<>();
        model.put("token", rc.pathParam("token"));
        model.put("title", view.prompt());
        model.put("prompts", Json.tree(view).get("timeline"));
        model.put("pageUrl", base + links.page());
        model.put("posterUrl", base + links.poster());
        model.put("videoUrl", base + links.video());
        model.put("livePath", links.live());
        model.put("videoPath", links.video());
        model.put("posterPath", links.poster());
        model.put("width", view.width());
        model.put("height", view.height());
        model.put("fps", view.fps());
        model.put("framesDone", view.framesDone());
        model.put("seconds", String.format(Locale.ROOT, "%.1f", (double) view.framesDone() / view.fps()));
        model.put("finished", film.state() == FilmState.FINISHED);
        model.put("hasPoster", view.framesDone() > 0);
        model.put("configJson", Json.writeForHtml(new ShareConfig(view)));
        return model;
    }

    private Future<Void> render(RoutingContext rc, String template, Map<String, Object> model) {
        // The engine adds to the map that it is given.
        return templates.render(new HashMap<>(model), "templates/" + template + ".hbs")
                .compose(page -> Responses.html(rc, page));
    }
}
