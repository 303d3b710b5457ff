package dev.longtake.studio;

/** Body of {@code PUT /api/films/{id}/enhancement}. */
record Enhance(Boolean on) { }
