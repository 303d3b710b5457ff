package dev.longtake.pack;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.longtake.film.InvalidFieldException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Cuts prompts into the tokens that a pack's text encoders know. Needs no network, opens in a fraction of a second; may
 * be used by any number of threads.
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

    /**
     * Opens the tokenizer that a pack's text section asks for.
     *
     * @param folder of the pack
     * @throws PackException if a file of the pack is missing or broken
     */
    public static PromptTokenizer open(Path folder, TextConditioning text) {
        try (InputStream json = text instanceof TextConditioning.Clip clip ? inPack(folder, clip) : onClassPath()) {
            // The file itself may cut and pad.
            Map<String, String> asIs = Map.of("truncation", "false", "padding", "false");
            return new PromptTokenizer(HuggingFaceTokenizer.newInstance(json, asIs), text.tokens());
        } catch (IOException | RuntimeException e) {
            if (e instanceof PackException known) {
                throw known;
            }
            throw new PackException("the tokenizer can't be loaded: " + e.getMessage(), e);
        }
    }

    private static InputStream inPack(Path folder, TextConditioning.Clip text) throws IOException {
        Path file = folder.resolve(text.tokenizer().file());
        Checksum.check(file, text.tokenizer().sha256());
        return Files.newInputStream(file);
    }

    private static InputStream onClassPath() {
        InputStream json = PromptTokenizer.class.getResourceAsStream(RESOURCE);
        if (json == null) {
            throw new PackException(RESOURCE + " is missing on the class path");
        }
        return json;
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

    /** Ids of a prompt's tokens, with those that begin and end it. */
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
