package dev.longtake.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContactSheetTest {

    @Test
    void showsFirstMiddleAndLastFrameAndThePromptUnderThem(@TempDir Path folder) throws Exception {
        List<FilmResult> films =
                IntStream.rangeClosed(1, 30).mapToObj(i -> new Films(Suite.PROMPTS, i, 81).result()).toList();
        Path file = folder.resolve("sheet.png");
        ContactSheet.write(file, films);
        BufferedImage sheet = ImageIO.read(file.toFile());
        assertThat(sheet.getWidth()).as("four films of three pictures, twice their size").isEqualTo(4 * (392 + 28) + 28);
        assertThat(brightness(sheet, 28 + 64, 28 + 64)).isCloseTo(0, within(3));
        assertThat(brightness(sheet, 28 + 132 + 64, 28 + 64)).isCloseTo(40, within(3));
        assertThat(brightness(sheet, 28 + 264 + 64, 28 + 64)).isCloseTo(80, within(3));
        assertThat(IntStream.range(28, 28 + 392).flatMap(x ->
                IntStream.range(28 + 128, 28 + 128 + 30).map(y -> brightness(sheet, x, y))).min().orElseThrow())
                .as("ink").isLessThan(80);
        int cell = (sheet.getHeight() - 28) / 6;
        assertThat(brightness(sheet, sheet.getWidth() - 28 - 64, 28 + 5 * cell + 64)).as("the 24th film")
                .isCloseTo(80, within(3));
    }

    private static int brightness(BufferedImage sheet, int x, int y) {
        return sheet.getRGB(x, y) >> 8 & 255;
    }
}
