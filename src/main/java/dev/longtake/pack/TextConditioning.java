package dev.longtake.pack;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.longtake.film.InvalidFieldException;

/** How prompts become numbers. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "encoder", include = JsonTypeInfo.As.EXISTING_PROPERTY,
        visible = true)
@JsonSubTypes({
    @JsonSubTypes.Type(value = TextConditioning.MiniLm.class, name = TextConditioning.MiniLm.ENCODER),
    @JsonSubTypes.Type(value = TextConditioning.Clip.class, name = TextConditioning.Clip.ENCODER)
})
public sealed interface TextConditioning {

    /** The text encoder's name. */
    String encoder();

    /** Tokens a prompt may have (L), with those that begin and end it. */
    int tokens();

    /** Numbers per token (D). */
    int width();

    /** Numbers in one encoded prompt. */
    default int size() {
        return tokens() * width();
    }

    /** Whether prompts are cut into the same tokens, as many of them, as for {@code other}. */
    boolean cutsLike(TextConditioning other);

    /** all-MiniLM-L6-v2, which comes with Longtake. */
    record MiniLm(String encoder, int tokens, int width) implements TextConditioning {

        static final String ENCODER = "all-MiniLM-L6-v2";

        public MiniLm {
            requireTokens(tokens);
            if (width != MiniLmEncoder.WIDTH) {
                throw new InvalidFieldException("text.width", width, MiniLmEncoder.WIDTH + " with " + ENCODER);
            }
        }

        /** Of so many tokens. */
        public MiniLm(int tokens) {
            this(ENCODER, tokens, MiniLmEncoder.WIDTH);
        }

        @Override
        public boolean cutsLike(TextConditioning other) {
            return other instanceof MiniLm && tokens == other.tokens();
        }
    }

    /**
     * A CLIP text tower that lies in the pack.
     *
     * @param graph     the role of its network
     * @param tokenizer in the format of Hugging Face's tokenizers
     * @param padding   id of the token that fills prompts up, and is read like any other
     */
    record Clip(String encoder, String graph, Tokenizer tokenizer, int padding, int tokens, int width)
            implements TextConditioning {

        static final String ENCODER = "clip";

        /**
         * @param file   name of a file in the pack's folder
         * @param sha256 of that file, in hexadecimal
         */
        public record Tokenizer(String file, String sha256) {
            public Tokenizer {
                PackManifest.requireFile("text.tokenizer", file, sha256);
            }
        }

        public Clip {
            requireTokens(tokens);
            PackManifest.requireSize("text.width", width, 8192);
            if (padding < 0) {
                throw new InvalidFieldException("text.padding", padding, "0 or more");
            }
        }

        @Override
        public boolean cutsLike(TextConditioning other) {
            return other instanceof Clip clip && tokens == clip.tokens && tokenizer.equals(clip.tokenizer);
        }
    }

    private static void requireTokens(int tokens) {
        PackManifest.requireSize("text.tokens", tokens, 512);
    }
}
