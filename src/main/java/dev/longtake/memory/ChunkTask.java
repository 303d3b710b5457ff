package dev.longtake.memory;

import dev.longtake.film.Film;

/**
 * Leave to make one chunk of a film, valid until the film is stopped, deleted or taken over by another worker.
 *
 * @param film  the film when the chunk was begun; its timeline holds for this chunk
 * @param chunk index of the chunk
 * @param again whether the chunk exists and only its segment has to be made again, because more of it is shown now
 * @param run   tells this leave from earlier ones of the same film
 */
public record ChunkTask(Film film, int chunk, boolean again, long run) {

    /** Frames of the chunk that the film shows. */
    public int shownFrames() {
        return film.plan().shownFrames(chunk, film.recipe().frames());
    }
}
