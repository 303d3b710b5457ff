package dev.longtake.director;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.longtake.director.SamplingWish.Sampling;
import dev.longtake.film.InvalidFieldException;
import dev.longtake.film.Mode;
import dev.longtake.pack.PackManifest;
import dev.longtake.pack.TestPacks;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SamplingWishTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        // mode, steps, guidance, negative prompt -> mode, steps, guidance; the toy is fast in 3 to 8 steps
        ",,,, FAST, 4, 4",
        ",,, ' ', FAST, 4, 4",
        ", 8,,, FAST, 8, 4",
        ", 9,,, CAREFUL, 9, 4",
        ", 2,,, CAREFUL, 2, 4",
        ",, 4,, CAREFUL, 16, 4",
        ", 4, 2.5,, CAREFUL, 4, 2.5",
        ",,, rain, CAREFUL, 16, 4",
        "CAREFUL,,,, CAREFUL, 16, 4",
        "CAREFUL, 4,,, CAREFUL, 4, 4",
        "FAST, 5,,, FAST, 5, 4",
        "FAST, 99, 2, rain, FAST, 99, 2"
    })
    void isCompletedToFit(
            Mode mode, Integer steps, Double guidance, String negativePrompt,
            Mode chosen, int chosenSteps, double chosenGuidance) {
        assertThat(new SamplingWish(mode, steps, guidance).on(PackManifest.read(TestPacks.TOY), negativePrompt))
                .isEqualTo(new Sampling(chosen, chosenSteps, chosenGuidance));
    }

    @Test
    void packsWithoutFastModeAreCareful() {
        PackManifest manifest = PackManifest.read(TestPacks.carefulToy(folder));
        assertThat(SamplingWish.NONE.on(manifest, "")).isEqualTo(new Sampling(Mode.CAREFUL, 16, 4));
        assertThatThrownBy(() -> new SamplingWish(Mode.FAST, 4, null).on(manifest, ""))
                .isInstanceOf(InvalidFieldException.class).hasMessageStartingWith("mode must be careful");
    }
}
