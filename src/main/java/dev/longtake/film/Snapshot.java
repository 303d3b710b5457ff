package dev.longtake.film;

/**
 * What a chunk leaves behind: all that is needed to make the next one, and to make its own pixels again.
 *
 * @param chunk   index of the chunk
 * @param latents normalised latents of all the chunk's frames, (F, c, h, w) row-major
 * @param anchor  normalised latent of the frame that the appearance preservation module looks at, (c, h, w)
 */
public record Snapshot(int chunk, float[] latents, float[] anchor) {}
