package dev.longtake.director;

import dev.longtake.film.PromptMix;
import dev.longtake.pack.ModelPack;
import dev.longtake.pack.TextEncoder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * Turns a chunk's prompt into what the networks read. Remembers the last few results: a film asks for the same ones
 * chunk after chunk.
 */
final class Prompter {

    private static final int TEXTS = 64;
    private static final int CONTEXTS = 8;

    private final ModelPack pack;
    private final RecentCache<Words, float[]> texts = new RecentCache<>(TEXTS);
    private final RecentCache<Question, Prompt> prompts = new RecentCache<>(CONTEXTS);

    Prompter(ModelPack pack) {
        this.pack = pack;
    }

    /**
     * What the networks read.
     *
     * @param batch    2 with guidance (without the prompt first), else 1
     * @param text     (batch, L, D)
     * @param contexts (batch, A, L, D)
     */
    record Prompt(int batch, float[] text, float[] contexts) {}

    /**
     * The frame that a film keeps to.
     *
     * @param latent    (c, h, w)
     * @param projector that shows it
     */
    record Anchor(float[] latent, Projector projector) {}

    private record Words(TextEncoder encoder, String prompt) {}

    /** Everything that a {@link Prompt} depends on; an anchor's buffer compares by its numbers. */
    private record Question(
            PromptMix mix, String negative, boolean guided, Optional<FloatBuffer> anchor, Optional<Projector> projector) {}

    /**
     * Answers for one chunk.
     *
     * @param negative what not to show; only asked for if {@code guided}
     * @param anchor   empty for a film's first chunk
     */
    Prompt prompt(PromptMix mix, String negative, boolean guided, Optional<Anchor> anchor) {
        return prompts.get(new Question(mix, guided ? negative : "", guided,
                anchor.map(frame -> FloatBuffer.wrap(frame.latent())), anchor.map(Anchor::projector)), this::answer);
    }

    /** What networks read that know no anchor: (batch, L, D), as {@link Prompt#text()}. */
    float[] text(TextEncoder encoder, PromptMix mix, String negative, boolean guided) {
        return guided ? concat(text(encoder, negative), text(encoder, mix)) : text(encoder, mix);
    }

    private Prompt answer(Question question) {
        int batch = question.guided() ? 2 : 1;
        float[] both = text(pack.textEncoder(), question.mix(), question.negative(), question.guided());
        float[] contexts = question.anchor().isPresent()
                ? pack.apm().contexts(batch, both, anchors(batch, question))
                : repeat(both, both.length / batch, pack.manifest().contexts());
        return new Prompt(batch, both, contexts);
    }

    /** The anchor's pixels for the conditional half; mid-grey, which is zero, for the unconditional one. */
    private static float[] anchors(int batch, Question question) {
        float[] pixels = question.projector().orElseThrow().pixels(question.anchor().orElseThrow().array());
        return batch == 1 ? pixels : concat(new float[pixels.length], pixels);
    }

    private float[] text(TextEncoder encoder, PromptMix mix) {
        if (mix.weight() >= 1 || mix.from().equals(mix.to())) {
            return text(encoder, mix.to());
        }
        float[] from = text(encoder, mix.from());
        float[] to = text(encoder, mix.to());
        float weight = (float) mix.weight();
        float[] mixed = new float[to.length];
        for (int i = 0; i < mixed.length; i++) {
            mixed[i] = from[i] + weight * (to[i] - from[i]);
        }
        return mixed;
    }

    private float[] text(TextEncoder encoder, String prompt) {
        return texts.get(new Words(encoder, prompt), words -> encoder.encode(words.prompt()));
    }

    private static float[] concat(float[] first, float[] second) {
        float[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    /** (batch, part) becomes (batch, times, part). */
    private static float[] repeat(float[] values, int part, int times) {
        float[] repeated = new float[values.length * times];
        for (int i = 0; i < repeated.length / part; i++) {
            System.arraycopy(values, i / times * part, repeated, i * part, part);
        }
        return repeated;
    }
}
