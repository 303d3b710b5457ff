package dev.longtake.studio;

import dev.longtake.film.ChunkPlan;
import dev.longtake.film.Film;
import dev.longtake.film.PromptMix;

/**
 * One chunk of a film.
 *
 * @param firstFrame first frame of the film that is new in it
 * @param frames     frames of it that the film shows or is to show
 * @param state      done, making or planned
 * @param prompt     what it is asked to show, as the networks read it
 * @param weight     how much of that has come in, 0 to 1; the rest is the prompt before
 * @param still      path of a small picture; null until it is done
 */
record ChunkView(
        int chunk,
        int firstFrame,
        int frames,
        double seconds,
        String state,
        String prompt,
        double weight,
        long seed,
        String still) {

    static ChunkView of(Film film, int chunk, int fps, FilmLinks links) {
        ChunkPlan plan = film.plan();
        PromptMix mix = film.recipe().timeline().at(chunk, plan);
        boolean done = chunk < film.chunksDone();
        return new ChunkView(
                chunk,
                plan.firstFrame(chunk),
                plan.shownFrames(chunk, Math.max(film.framesDone(), film.recipe().frames())),
                (double) plan.firstFrame(chunk) / fps,
                chunk == film.making() ? "making" : done ? "done" : "planned",
                mix.to(),
                mix.weight(),
                film.recipe().seedAt(chunk, plan),
                done ? links.still(chunk) : null);
    }
}
