package dev.longtake.studio;

import dev.longtake.film.Enhancement;
import dev.longtake.film.Film;
import dev.longtake.film.FilmState;
import dev.longtake.pack.PackManifest;
import io.vertx.core.json.JsonObject;
import java.util.Optional;

/**
 * How far a film is refined, as the API shows it.
 *
 * @param state            waiting (for more of the film, or for a worker), running, done (all there is, and no more to
 *                         come), resting (as long as the film does) or failed
 * @param frames           that are refined, from the first on
 * @param lookAheadFrames  that must have been made before the first can be refined
 * @param lookAheadSeconds the same as a time of the film
 * @param width            of the refined film in pixels; null where the pack here has no enhancer, like {@code height}
 * @param etaSeconds       until the whole film is refined; null unless running and known
 * @param error            null unless failed
 */
record EnhancementView(
        String state,
        int frames,
        int lookAheadFrames,
        double lookAheadSeconds,
        Integer width,
        Integer height,
        Double etaSeconds,
        String error) {

    static final String WAITING = "waiting";
    static final String RUNNING = "running";
    static final String DONE = "done";
    static final String RESTING = "resting";
    static final String FAILED = "failed";

    /** @param news body of the latest event {@code enhancing}; empty if there was none */
    static EnhancementView of(Film film, Enhancement enhancement, PackManifest manifest, Optional<JsonObject> news) {
        // What was told of other frames is over.
        Optional<JsonObject> latest = news.filter(told ->
                told.getInteger("enhancedFrames", -1) == enhancement.frames() && film.enhanceable().isPresent());
        int lookAhead = enhancement.plan().lookAhead();
        return new EnhancementView(
                state(film, enhancement, latest.isPresent()),
                enhancement.frames(),
                lookAhead,
                (double) lookAhead / manifest.video().fps(),
                manifest.enhancer().map(PackManifest.Enhancer::width).orElse(null),
                manifest.enhancer().map(PackManifest.Enhancer::height).orElse(null),
                latest.map(told -> told.getDouble("etaSeconds")).orElse(null),
                enhancement.error().isEmpty() ? null : enhancement.error());
    }

    private static String state(Film film, Enhancement enhancement, boolean running) {
        if (!enhancement.error().isEmpty()) {
            return FAILED;
        }
        if (film.hasEnded() && film.isWhollyEnhanced()) {
            return DONE;
        }
        if (film.state() == FilmState.PAUSED) {
            return RESTING;
        }
        return running ? RUNNING : WAITING;
    }

    /** As those may know it who have a link: what went wrong may quote a prompt. */
    EnhancementView forGuests() {
        return new EnhancementView(state, frames, lookAheadFrames, lookAheadSeconds, width, height, etaSeconds, null);
    }
}
