package dev.longtake.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.longtake.film.VideoFrames;
import org.junit.jupiter.api.Test;

class FidelityTest {

    private static final int SIDE = 32;

    /** Stripes, some grey levels brighter than they should be. */
    private static VideoFrames stripes(int frames, int brighter) {
        byte[] rgb = new byte[frames * SIDE * SIDE * 3];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) ((i / 3 % SIDE / 4 % 2 == 0 ? 60 : 160) + brighter);
        }
        return new VideoFrames(frames, SIDE, SIDE, rgb);
    }

    @Test
    void measuresNoiseInDecibels() {
        Fidelity fidelity = Fidelity.of(stripes(3, 10), stripes(3, 0));
        assertThat(fidelity.frames()).isEqualTo(3);
        // 20 log10(255 / 10)
        assertThat(fidelity.psnr()).isCloseTo(28.13, within(0.01));
        assertThat(fidelity.ssim()).isBetween(0.9, 0.999);
    }

    @Test
    void tellsStructureFromBrightness() {
        byte[] flat = new byte[SIDE * SIDE * 3];
        java.util.Arrays.fill(flat, (byte) 110);
        Fidelity grey = Fidelity.of(new VideoFrames(1, SIDE, SIDE, flat), stripes(1, 0));
        assertThat(grey.ssim()).isLessThan(0.2);
        assertThat(grey.sharpness()).isZero();
        Fidelity same = Fidelity.of(stripes(1, 0), stripes(1, 0));
        assertThat(same.ssim()).isCloseTo(1, within(1e-6));
        assertThat(same.sharpness()).isGreaterThan(20);
    }

    @Test
    void averagesOverFrames() {
        Fidelity both = new Fidelity(1, 20, 0.5, 4).and(new Fidelity(3, 40, 0.9, 8));
        assertThat(both).isEqualTo(new Fidelity(4, 35, 0.8, 7));
    }

    @Test
    void enlargesWithoutMovingAnything() {
        VideoFrames large = Fidelity.enlarged(stripes(2, 0), 2 * SIDE, 2 * SIDE);
        assertThat(large.count()).isEqualTo(2);
        // The middles of stripes, four pixels wide, keep their grey.
        assertThat(large.rgb()[3 * (20 * 2 * SIDE + 4)] & 0xff).isCloseTo(60, within(12));
        assertThat(large.rgb()[3 * (20 * 2 * SIDE + 12)] & 0xff).isCloseTo(160, within(12));
    }
}
