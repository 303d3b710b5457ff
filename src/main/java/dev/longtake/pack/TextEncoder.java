package dev.longtake.pack;

/**
 * Turns a prompt into one embedding per token. Always runs on the processor, so that a prompt means the same on every
 * device.
 */
public interface TextEncoder extends AutoCloseable {

    /**
     * Encodes a prompt, which may be empty.
     *
     * @return (L, D) row-major
     * @throws dev.longtake.film.InvalidFieldException if it has more tokens than the pack takes
     */
    float[] encode(String prompt);

    @Override
    void close();
}
