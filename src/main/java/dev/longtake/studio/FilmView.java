package dev.longtake.studio;

import dev.longtake.film.ChunkPlan;
import dev.longtake.film.Film;
import dev.longtake.film.PromptChange;
import dev.longtake.film.Recipe;
import dev.longtake.pack.PackManifest;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A film as the API shows it.
 *
 * @param prompt        the first prompt
 * @param timeline      every prompt, at the frame from which it really acts
 * @param mode          fast or careful
 * @param chunkFrames   frames of the first chunk
 * @param chunkStep     frames of every later chunk
 * @param chunks        chunks of the whole film
 * @param framesDone    frames that can be watched
 * @param queuePosition films that get their turn before; null unless queued
 * @param error         null unless failed
 * @param createdAt     ISO 8601, UTC
 */
record FilmView(
        String id,
        String state,
        String prompt,
        List<Scene> timeline,
        String negativePrompt,
        String pack,
        int frames,
        long seed,
        String mode,
        int steps,
        double guidance,
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
        String createdAt,
        FilmLinks links) {

    /**
     * A prompt of the timeline.
     *
     * @param frame   first frame that shows it
     * @param seconds the same as a time of the film
     */
    record Scene(int frame, double seconds, String prompt, int transition) { }

    static FilmView of(Film film, PackManifest.Video video, Optional<Integer> queuePosition, FilmLinks links) {
        Recipe recipe = film.recipe();
        return new FilmView(
                film.id().value(),
                film.state().name().toLowerCase(Locale.ROOT),
                recipe.timeline().changes().get(0).prompt(),
                recipe.timeline().changes().stream().map(change -> scene(change, film.plan(), video.fps())).toList(),
                recipe.negativePrompt(),
                recipe.pack(),
                recipe.frames(),
                recipe.seed(),
                recipe.mode().word(),
                recipe.steps(),
                recipe.guidanceScale(),
                video.fps(),
                video.width(),
                video.height(),
                film.plan().frames(),
                film.plan().step(),
                film.chunks(),
                film.chunksDone(),
                film.framesDone(),
                queuePosition.orElse(null),
                film.error() == null || film.error().isEmpty() ? null : film.error(),
                film.createdAt().toString(),
                links);
    }

    private static Scene scene(PromptChange change, ChunkPlan plan, int fps) {
        int frame = plan.firstFrame(plan.firstChunkFrom(change.frame()));
        return new Scene(frame, (double) frame / fps, change.prompt(), change.transition());
    }
}
