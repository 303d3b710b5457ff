package dev.longtake.pack;

/** Turns a prompt into one embedding per token. */
public interface TextEncoder extends AutoCloseable {

    /** Name of the one encoder that is built in. */
    String MINI_LM = "all-MiniLM-L6-v2";
    /** Numbers per token of {@link #MINI_LM}. */
    int WIDTH = 384;

    /**
     * Checks that a prompt is short enough.
     *
     * @param field name of the prompt in the error message
     * @throws dev.longtake.film.InvalidFieldException if it has more tokens than the pack takes
     */
    void check(String field, String prompt);

    /**
     * Encodes a prompt, which may be empty.
     *
     * @return (L, D) row-major; rows after the prompt's last token are zero
     * @throws dev.longtake.film.InvalidFieldException if it has more tokens than the pack takes
     */
    float[] encode(String prompt);

    @Override
    void close();
}
