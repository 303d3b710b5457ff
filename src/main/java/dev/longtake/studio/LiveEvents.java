package dev.longtake.studio;

import dev.longtake.memory.FilmEvent;
import io.vertx.core.json.JsonObject;

/** Events as watchers get them. */
final class LiveEvents {

    private LiveEvents() { }

    /** Everything there is to know about the film, as of the event {@code id}. */
    record State(String type, String id, FilmView film) { }

    static JsonObject progress(FilmEvent event) {
        return pick(event, "chunk", "step", "steps", "framesDone", "fps").put("etaSeconds", event.body().getValue("eta"));
    }

    static JsonObject chunk(FilmEvent event) {
        return pick(event, "chunk", "firstFrame", "framesDone", "seconds", "fps")
                .put("frames", event.body().getValue("frameCount"));
    }

    private static JsonObject pick(FilmEvent event, String... fields) {
        JsonObject picked = new JsonObject().put("type", event.type()).put("id", event.id());
        for (String field : fields) {
            Object value = event.body().getValue(field);
            if (value != null) {
                picked.put(field, value);
            }
        }
        return picked;
    }
}
