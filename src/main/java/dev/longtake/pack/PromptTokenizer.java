package dev.longtake.pack;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.longtake.film.InvalidFieldException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

/**
 * Cuts prompts into the tokens of all-MiniLM-L6-v2. Needs no network and no pack folder, opens in a fraction of a
 * second; may be used by any number of threads.
 */
public final class PromptTokenizer implements AutoCloseable {

    private static final String RESOURCE = "/all-minilm-l6-v2-tokenizer.json";

    static {
        // DJL would report its use over the network and look for a build of its tokenizer that suits the CUDA found.
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        System.setProperty("RUST_FLAVOR", "cpu");
    }

    private final HuggingFaceTokenizer tokenizer;
    private final int mostTokens;

    private PromptTokenizer(HuggingFaceTokenizer tokenizer, int mostTokens) {
        this.tokenizer = tokenizer;
        this.mostTokens = mostTokens;
    }

    /** Opens the tokenizer that a pack's text section asks for. */
    public static PromptTokenizer open(PackManifest.Text text) {
        try (InputStream json = PromptTokenizer.class.getResourceAsStream(RESOURCE)) {
            if (json == null) {
                throw new PackException(RESOURCE + " is missing on the class path");
            }
            // The file itself cuts and pads to 128 tokens.
            Map<String, String> asIs = Map.of("truncation", "false", "padding", "false");
            return new PromptTokenizer(HuggingFaceTokenizer.newInstance(json, asIs), text.tokens());
        } catch (IOException e) {
            throw new PackException("the tokenizer can't be loaded: " + e.getMessage(), e);
        }
    }

    /**
     * Checks that a prompt is short enough.
     *
     * @param field name of the prompt in the error message
     * @throws InvalidFieldException if it has more tokens than the pack takes
     */
    public void check(String field, String prompt) {
        ids(field, prompt);
    }

    /** Ids of a prompt's tokens, from [CLS] to [SEP]. */
    long[] ids(String field, String prompt) {
        long[] ids = tokenizer.encode(prompt).getIds();
        if (ids.length > mostTokens) {
            throw new InvalidFieldException(field, prompt, "at most " + (mostTokens - 2)
                    + " tokens (about " + (mostTokens - 2) * 3 / 4 + " words; this has " + (ids.length - 2)
                    + " tokens)");
        }
        return ids;
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
