package dev.longtake.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.longtake.film.InvalidFieldException;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TextEncoderTest {

    private static final TextConditioning TEXT = new TextConditioning.MiniLm(48);
    private static PromptTokenizer tokenizer;
    private static TextEncoder encoder;

    @BeforeAll
    static void open() {
        tokenizer = PromptTokenizer.open(TestPacks.STORYBOOK, TEXT);
        encoder = new MiniLmEncoder(new NetworkRuntime(Device.cpu()), TEXT, tokenizer);
    }

    @AfterAll
    static void close() {
        encoder.close();
        tokenizer.close();
    }

    @Test
    void cutsPromptsIntoTheTokensOfTheModel() {
        assertThat(tokenizer.ids("prompt", "a Red car")).containsExactly(101, 1037, 2417, 2482, 102);
        assertThat(tokenizer.ids("prompt", "")).containsExactly(101, 102);
    }

    @Test
    void padsWithZeros() {
        float[] embedding = encoder.encode("a red car");
        assertThat(embedding).hasSize(48 * 384);
        assertThat(row(embedding, 4)).isNotEqualTo(new float[384]);
        for (int token = 5; token < 48; token++) {
            assertThat(row(embedding, token)).isEqualTo(new float[384]);
        }
    }

    @Test
    void putsLikeMeaningsClose() {
        double like = similarity("a red car drives through the snow", "an automobile on a snowy road");
        double unlike = similarity("a red car drives through the snow", "a fish swims in the sea");
        assertThat(like).isGreaterThan(unlike + 0.2);
    }

    @Test
    void isTheSameEveryTime() {
        assertThat(encoder.encode("a whale jumps")).isEqualTo(encoder.encode("a whale jumps"));
    }

    @Test
    void takesAsManyTokensAsThePack() {
        String fits = "car ".repeat(46).strip();
        assertThatCode(() -> tokenizer.check("prompt", fits)).doesNotThrowAnyException();
        assertThat(encoder.encode(fits)).doesNotContain(0);
        for (String tooLong : new String[] {fits + " car", "car ".repeat(400)}) {
            assertThatThrownBy(() -> tokenizer.check("negativePrompt", tooLong))
                    .isInstanceOf(InvalidFieldException.class)
                    .hasMessageContaining("negativePrompt must be at most 46 tokens");
        }
    }

    @Test
    void takesAnyText() {
        for (String text : new String[] {"🚗🌨️", "赤い車が雪の街を走る", "\u0000\u0007", "\ud800", "[SEP] [CLS]"}) {
            assertThat(encoder.encode(text)[0]).isCloseTo(0, within(10f));
        }
    }

    private static float[] row(float[] embedding, int token) {
        return Arrays.copyOfRange(embedding, token * 384, (token + 1) * 384);
    }

    private static double similarity(String first, String second) {
        double[] a = mean(encoder.encode(first));
        double[] b = mean(encoder.encode(second));
        double dot = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            dot += a[i] * b[i];
            aa += a[i] * a[i];
            bb += b[i] * b[i];
        }
        return dot / Math.sqrt(aa * bb);
    }

    private static double[] mean(float[] embedding) {
        double[] sum = new double[384];
        for (int i = 0; i < embedding.length; i++) {
            sum[i % 384] += embedding[i];
        }
        return sum;
    }
}
