package dev.longtake.memory;

import dev.longtake.film.FilmId;

/**
 * A film's turn at a worker: one chunk. A film has at most one turn in the queue.
 *
 * @param entry      place in the queue
 * @param film       whose turn it is
 * @param deliveries how often the turn was handed to a worker, 1 unless one died over it
 */
public record Job(String entry, FilmId film, int deliveries) {}
