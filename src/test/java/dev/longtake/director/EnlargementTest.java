package dev.longtake.director;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longtake.pack.Interpolation;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class EnlargementTest {

    @Test
    void drawsBetweenTheMiddlesOfPixels() {
        // torch.nn.functional.interpolate(scale_factor=2, mode="bilinear", align_corners=False)
        float[] large = new float[16];
        new Enlargement(2, 2, 4, 4, Interpolation.BILINEAR).apply(new float[] {0, 1, 2, 3}, large);
        assertThat(large).containsExactly(
                0, 0.25f, 0.75f, 1,
                0.5f, 0.75f, 1.25f, 1.5f,
                1.5f, 1.75f, 2.25f, 2.5f,
                2, 2.25f, 2.75f, 3);
    }

    @Test
    void drawsEveryPlaneByItself() {
        float[] large = new float[2 * 6 * 3];
        new Enlargement(1, 2, 3, 6, Interpolation.BILINEAR).apply(new float[] {0, 3, 6, 0}, large);
        assertThat(large).startsWith(0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3, 3);
        assertThat(large).endsWith(6, 6, 6, 6, 6, 6, 4, 4, 4, 2, 2, 2, 0, 0, 0, 0, 0, 0);
    }

    @Test
    void drawsCubicallyAsThePythonImagingLibraryDoes() {
        // PIL.Image.fromarray(float32).resize((4, 3), Image.BICUBIC)
        float[] large = new float[12];
        new Enlargement(3, 2, 4, 3, Interpolation.BICUBIC).apply(new float[] {0, 4, 1, 2, -3, 5}, large);
        assertThat(large).containsExactly(new float[] {
            -0.37146506f, 3.0077915f, 3.3928535f, 0.54232126f,
            1.0261194f, 0.51122546f, 1.3980355f, 3.1305971f,
            2.4237039f, -1.9853405f, -0.5967825f, 5.718873f
        }, Offset.offset(1e-6f));
    }
}
