package dev.longtake.memory;

import dev.longtake.film.FilmId;

/**
 * A film's turn at a worker: one chunk, or as many frames as are refined in one go. A film has at most one turn for each
 * stage in the queue.
 *
 * @param entry      place in the queue
 * @param film       whose turn it is
 * @param stage      what to do for it
 * @param deliveries how often the turn was handed to a worker, 1 unless one died over it
 */
public record Job(String entry, FilmId film, Stage stage, int deliveries) {

    Turn turn() {
        return new Turn(film, stage);
    }
}
