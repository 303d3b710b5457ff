/**
 * The domain, free of I/O: what a film is (its {@link dev.longtake.film.Recipe recipe}), how it is cut into
 * chunks, what one chunk leaves behind for the next, and which states a film goes through.
 */
package dev.longtake.film;
