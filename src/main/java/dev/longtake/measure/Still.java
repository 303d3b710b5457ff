package dev.longtake.measure;

/**
 * One picture of a film.
 *
 * @param frame which one
 * @param jpeg  as a file
 */
public record Still(int frame, byte[] jpeg) {}
