package dev.longtake.media;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class JpegEncoderTest {

    @Test
    void showsTheFrame() throws IOException {
        BufferedImage image = read(new JpegEncoder(3, 0).encode(Footage.frames(0, 5), 3));
        assertThat(image.getWidth()).isEqualTo(64);
        assertThat(image.getHeight()).isEqualTo(48);
        byte[] rgb = new byte[64 * 48 * 3];
        for (int i = 0; i < 64 * 48; i++) {
            int pixel = image.getRGB(i % 64, i / 64);
            rgb[3 * i] = (byte) (pixel >> 16);
            rgb[3 * i + 1] = (byte) (pixel >> 8);
            rgb[3 * i + 2] = (byte) pixel;
        }
        assertThat(Footage.difference(rgb, Footage.frames(3, 1).rgb())).isLessThan(5);
    }

    @Test
    void enlargesByAWholeNumber() throws IOException {
        BufferedImage image = read(new JpegEncoder(3, 150).encode(Footage.frames(0, 1), 0));
        assertThat(image.getWidth()).isEqualTo(192);
        assertThat(image.getHeight()).isEqualTo(144);
    }

    @Test
    void scalesDownWhatIsTooLarge() throws IOException {
        BufferedImage image = read(new JpegEncoder(3, 0, 32).encode(Footage.frames(0, 1), 0));
        assertThat(image.getWidth()).isEqualTo(32);
        assertThat(image.getHeight()).isEqualTo(24);
    }

    private static BufferedImage read(byte[] jpeg) throws IOException {
        return ImageIO.read(new ByteArrayInputStream(jpeg));
    }
}
