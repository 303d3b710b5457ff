package dev.longtake.film;

/**
 * The prompt of one chunk: {@code (1 - weight) * embedding(from) + weight * embedding(to)}.
 *
 * @param weight 0 (only {@code from}) to 1 (only {@code to})
 */
public record PromptMix(String from, String to, double weight) {}
