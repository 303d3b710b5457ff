package dev.longtake.studio;

/**
 * Body of {@code PATCH /api/films/{id}}.
 *
 * @param title what to call the film; null or empty for nothing
 */
record Rename(String title) { }
