package dev.longtake.studio;

import dev.longtake.film.Film;
import dev.longtake.film.FilmId;
import dev.longtake.film.PromptChange;
import dev.longtake.film.Recipe;
import dev.longtake.pack.PackManifest;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A film as the API shows it.
 *
 * @param title         what its owner calls it; null for nothing
 * @param prompt        the first prompt
 * @param timeline      every prompt that is seen, at the frame from which it really acts
 * @param timelineVersion tells this timeline from any other of the film
 * @param endless       whether it goes on until it is stopped, or has {@code frames} frames
 * @param seed          the first seed
 * @param seeds         later seeds, as takes have them
 * @param mode          fast or careful
 * @param chunkFrames   frames of the first chunk
 * @param chunkStep     frames of every later chunk
 * @param chunks        chunks of the whole film
 * @param making        the chunk that is being made; null if none is
 * @param framesDone    frames that can be watched
 * @param open          where a new prompt would act
 * @param queuePosition films that get their turn before; null unless queued
 * @param progress      latest news of the chunk that is being made; null if there are none
 * @param enhancement   how far it is refined; null unless it is to be
 * @param root          the film that its tree of takes grew from; itself if it is no take; null on a share page, like
 *                      {@code parent} and {@code forkedAt}
 * @param parent        the film it was taken from; null if it is no take
 * @param forkedAt      its first own frame; null if it is no take
 * @param error         null unless failed
 * @param createdAt     ISO 8601, UTC
 * @param image         where the picture is that it begins with; null if there is none, and on a share page
 */
record FilmView(
        String id,
        String state,
        String title,
        String prompt,
        List<Scene> timeline,
        String timelineVersion,
        String negativePrompt,
        String pack,
        int frames,
        boolean endless,
        long seed,
        List<NewFilm.Reseed> seeds,
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
        Integer making,
        int framesDone,
        Moment open,
        Integer queuePosition,
        Map<String, Object> progress,
        EnhancementView enhancement,
        String root,
        String parent,
        Integer forkedAt,
        String error,
        String createdAt,
        String image,
        FilmLinks links) {

    /**
     * A prompt of the timeline.
     *
     * @param frame   first frame that shows it
     * @param seconds the same as a time of the film
     */
    record Scene(int frame, double seconds, String prompt, int transition) { }

    /** A frame, and the same as a time of the film. */
    record Moment(int frame, double seconds) { }

    /**
     * What the film itself does not know.
     *
     * @param queuePosition empty unless queued
     * @param progress      empty unless a chunk is being made
     * @param enhancement   empty unless it is to be refined
     */
    record Now(
            Optional<Integer> queuePosition,
            Optional<Map<String, Object>> progress,
            Optional<EnhancementView> enhancement) { }

    static FilmView of(Film film, PackManifest.Video video, Now now, FilmLinks links) {
        boolean owned = links.self() != null;
        Recipe recipe = film.recipe();
        return new FilmView(
                film.id().value(),
                film.state().name().toLowerCase(Locale.ROOT),
                film.title().isEmpty() ? null : film.title(),
                recipe.timeline().changes().get(0).prompt(),
                recipe.timeline().seen(film.plan()).stream().map(change -> scene(change, video.fps())).toList(),
                recipe.timeline().version(),
                recipe.negativePrompt(),
                recipe.pack(),
                recipe.frames(),
                film.endless(),
                recipe.seed(),
                NewFilm.reseeds(recipe),
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
                film.making() == Film.NONE ? null : film.making(),
                film.framesDone(),
                new Moment(film.firstOpenFrame(), (double) film.firstOpenFrame() / video.fps()),
                now.queuePosition().orElse(null),
                now.progress().orElse(null),
                now.enhancement().orElse(null),
                owned ? film.lineage().root().value() : null,
                owned ? film.lineage().parent().map(FilmId::value).orElse(null) : null,
                owned && film.lineage().parent().isPresent() ? film.lineage().forkedAt() : null,
                film.error() == null || film.error().isEmpty() ? null : film.error(),
                film.createdAt().toString(),
                owned && recipe.fromImage() ? links.self() + "/image.png" : null,
                links);
    }

    private static Scene scene(PromptChange change, int fps) {
        return new Scene(change.frame(), (double) change.frame() / fps, change.prompt(), change.transition());
    }
}
