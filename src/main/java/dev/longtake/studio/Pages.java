package dev.longtake.studio;

import dev.longtake.film.Recipe;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.common.template.TemplateEngine;
import java.util.HashMap;
import java.util.Map;

/** The pages for people. */
final class Pages {

    private final TemplateEngine templates;
    private final PackView pack;
    private final Owners owners;

    Pages(TemplateEngine templates, PackView pack, Owners owners) {
        this.templates = templates;
        this.pack = pack;
        this.owners = owners;
    }

    /** What the page's scripts must know before they ask for anything. */
    record IndexConfig(PackView pack, int maxPrompt, int maxFrames) { }

    Future<?> index(RoutingContext rc) {
        owners.welcome(rc);
        IndexConfig config = new IndexConfig(pack, Recipe.LONGEST_PROMPT, Recipe.LONGEST_FILM);
        return render(rc, "index", Map.of(
                "root", root(rc),
                "pack", Json.tree(pack),
                "maxPrompt", config.maxPrompt(),
                "maxFrames", config.maxFrames(),
                "configJson", Json.writeForHtml(config)));
    }

    /** The way from the page that is asked for to the studio's root, which may lie below a path of a proxy. */
    private static String root(RoutingContext rc) {
        long depth = rc.normalizedPath().chars().filter(letter -> letter == '/').count();
        return "../".repeat((int) depth - 1);
    }

    /** The contract for people. */
    Future<?> api(RoutingContext rc, Map<String, Object> reference) {
        Map<String, Object> model = new HashMap<>(reference);
        model.put("root", root(rc));
        return render(rc, "api", model);
    }

    /** Tells a person that there is nothing here; the status is already set. */
    Future<?> missing(RoutingContext rc, Problem problem) {
        return render(rc, "missing", Map.of(
                "root", root(rc), "status", problem.status(), "title", problem.title(), "detail", problem.detail()));
    }

    private Future<Void> render(RoutingContext rc, String template, Map<String, Object> model) {
        // The engine adds to the map that it is given.
        return templates.render(new HashMap<>(model), "templates/" + template + ".hbs")
                .compose(page -> Responses.html(rc, page));
    }
}
