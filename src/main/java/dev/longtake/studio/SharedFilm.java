package dev.longtake.studio;

import dev.longtake.memory.FilmEvent;
import dev.longtake.memory.ShareTerms;
import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * A film as those see it who have a link. It lists what they may know, so that whatever films learn to say in future
 * stays with their makers until somebody decides otherwise.
 *
 * @param title     what the link allows to be said of the film in a few words
 * @param prompt    null unless the link allows prompts
 * @param timeline  empty unless the link allows prompts
 * @param error     null unless failed; never what went wrong, which may quote a prompt
 * @param enhancement null unless it is to be refined; never what went wrong with that
 * @param prompts   what the link allows, like {@code remix} and {@code downloads}
 */
record SharedFilm(
        String state,
        String title,
        String prompt,
        List<FilmView.Scene> timeline,
        int frames,
        boolean endless,
        int fps,
        int width,
        int height,
        int chunkFrames,
        int chunkStep,
        int chunks,
        int chunksDone,
        int framesDone,
        Integer queuePosition,
        String error,
        EnhancementView enhancement,
        boolean prompts,
        boolean remix,
        boolean downloads,
        FilmLinks links) {

    static final String NAMELESS = "A film made by AI";

    private static final List<String> PROGRESS =
            List.of("chunk", "step", "steps", "framesDone", "fps", "etaSeconds");
    private static final List<String> CHUNK =
            List.of("chunk", "firstFrame", "frames", "framesDone", "enhancedFrames", "seconds", "fps");
    private static final List<String> ENHANCING =
            List.of("enhancedFrames", "framesDone", "frames", "step", "steps", "fps", "etaSeconds");
    private static final List<String> ENHANCED = List.of(
            "firstChunk", "chunks", "firstFrame", "frames", "enhancedFrames", "framesDone", "seconds", "fps");
    private static final List<String> QUEUE = List.of("position");

    static SharedFilm of(FilmView film, ShareTerms terms) {
        return new SharedFilm(
                film.state(),
                title(film, terms),
                terms.prompts() ? film.prompt() : null,
                terms.prompts() ? film.timeline() : List.of(),
                film.frames(),
                film.endless(),
                film.fps(),
                film.width(),
                film.height(),
                film.chunkFrames(),
                film.chunkStep(),
                film.chunks(),
                film.chunksDone(),
                film.framesDone(),
                film.queuePosition(),
                film.error() == null ? null : "The rest of this film could not be made.",
                film.enhancement() == null ? null : film.enhancement().forGuests(),
                terms.prompts(),
                terms.remix(),
                terms.downloads(),
                film.links());
    }

    /** What its maker calls it, unless that is a prompt in other clothes. */
    private static String title(FilmView film, ShareTerms terms) {
        if (terms.prompts()) {
            return film.title() == null ? film.prompt() : film.title();
        }
        boolean prompt = film.title() == null
                || film.timeline().stream().anyMatch(scene -> film.title().strip().equalsIgnoreCase(scene.prompt()));
        return prompt ? NAMELESS : film.title();
    }

    /** What an event tells those who have a link; of types that are not for them nothing but the type. */
    static JsonObject event(FilmEvent event, ShareTerms terms) {
        JsonObject told = new JsonObject().put("id", event.id()).put("type", event.type());
        List<String> fields = switch (event.type()) {
            case FilmEvent.PROGRESS -> PROGRESS;
            case FilmEvent.CHUNK -> CHUNK;
            case FilmEvent.ENHANCING -> ENHANCING;
            case FilmEvent.ENHANCED -> ENHANCED;
            case FilmEvent.QUEUE -> QUEUE;
            default -> List.of();
        };
        for (String field : fields) {
            if (event.body().containsKey(field)) {
                told.put(field, event.body().getValue(field));
            }
        }
        if (terms.prompts() && event.type().equals(FilmEvent.CHUNK)) {
            told.put("prompt", event.body().getValue("prompt"));
        }
        return told;
    }
}
