package dev.longtake.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.longtake.film.InvalidFieldException;
import dev.longtake.film.StartImage;
import dev.longtake.film.VideoFrames;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What people bring as pictures. The pictures here have a colour in each quarter, which tells how they lie. */
class StartImagesTest {

    private static final Path PICTURES = Path.of("src/test/resources/pictures");
    private static final String RED = "red";
    private static final String GREEN = "green";
    private static final String BLUE = "blue";
    private static final String YELLOW = "yellow";
    private static final List<String> UPRIGHT = List.of(RED, GREEN, BLUE, YELLOW);

    private final StartImages images = new StartImages(64, 64);

    /** A quarter of the picture is read off its middle: upper left, upper right, lower left, lower right. */
    private static List<String> quarters(StartImage image) {
        VideoFrames pixels = image.pixels();
        int w = pixels.width();
        int h = pixels.height();
        return List.of(colour(pixels, w / 4, h / 4), colour(pixels, 3 * w / 4, h / 4),
                colour(pixels, w / 4, 3 * h / 4), colour(pixels, 3 * w / 4, 3 * h / 4));
    }

    private static String colour(VideoFrames pixels, int x, int y) {
        int at = 3 * (y * pixels.width() + x);
        int red = Byte.toUnsignedInt(pixels.rgb()[at]);
        int green = Byte.toUnsignedInt(pixels.rgb()[at + 1]);
        int blue = Byte.toUnsignedInt(pixels.rgb()[at + 2]);
        if (red > 245 && green > 245 && blue > 245) {
            return "white";
        }
        return red > 180 && green > 180 && blue < 120 ? YELLOW
                : red > 150 && green < 100 && blue < 100 ? RED
                : green > 140 && red < 120 && blue < 130 ? GREEN
                : blue > 150 && red < 120 && green < 120 ? BLUE
                : red + " " + green + " " + blue;
    }

    private static BufferedImage drawn(int width, int height) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        int[] colours = {0xDC2828, 0x28C83C, 0x3246E6, 0xF0DC3C};
        for (int i = 0; i < 4; i++) {
            graphics.setColor(new Color(colours[i]));
            graphics.fillRect(i % 2 * width / 2, i / 2 * height / 2, (width + 1) / 2, (height + 1) / 2);
        }
        graphics.dispose();
        return image;
    }

    private static byte[] file(BufferedImage image, String format) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        assertThat(ImageIO.write(image, format, bytes)).isTrue();
        return bytes.toByteArray();
    }

    private static byte[] file(String name) throws IOException {
        return Files.readAllBytes(PICTURES.resolve(name));
    }

    /** With what a camera writes about how it was held. */
    private static byte[] held(byte[] jpeg, int orientation) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.write(jpeg, 0, 2);
        out.writeShort(0xFFE1);
        out.writeShort(2 + 6 + 26);
        out.write("Exif\0\0MM\0*\0\0\0\10".getBytes(StandardCharsets.ISO_8859_1));
        out.writeShort(1);
        out.writeShort(0x0112);
        out.writeShort(3);
        out.writeInt(1);
        out.writeShort(orientation);
        out.writeShort(0);
        out.writeInt(0);
        out.write(jpeg, 2, jpeg.length - 2);
        return bytes.toByteArray();
    }

    /** What EXIF says about the stored picture: where its first row and its first column are to be seen. */
    @ParameterizedTest
    @CsvSource({
        "1, red green blue yellow", "2, green red yellow blue", "3, yellow blue green red", "4, blue yellow red green",
        "5, red blue green yellow", "6, blue red yellow green", "7, yellow green blue red", "8, green yellow red blue"})
    void turnsPicturesUpright(int orientation, String expected) throws IOException {
        List<String> seen = Arrays.asList(expected.split(" "));
        for (int[] size : new int[][] {{120, 80}, {80, 120}, {64, 64}, {1501, 997}}) {
            byte[] jpeg = held(file(drawn(size[0], size[1]), "jpg"), orientation);
            assertThat(quarters(images.read("image", jpeg))).isEqualTo(seen);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"jpg", "png", "gif", "bmp", "tif"})
    void readsCommonFormats(String format) throws IOException {
        for (int[] size : new int[][] {{64, 64}, {640, 480}, {33, 200}, {1000, 1500}}) {
            assertThat(quarters(images.read("image", file(drawn(size[0], size[1]), format)))).isEqualTo(UPRIGHT);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"quarters.webp", "quarters-lossless.webp", "quarters-cmyk.jpg", "quarters-progressive.jpg",
        "quarters-palette.png", "moving.gif", "turned.webp", "turned.png", "turned.tif"})
    void readsWhatOtherProgramsWrite(String name) throws IOException {
        assertThat(quarters(images.read("image", file(name)))).isEqualTo(UPRIGHT);
    }

    @Test
    void whatCanBeSeenThroughStandsBeforeWhite() throws IOException {
        for (String name : List.of("quarters-window.png", "quarters-window.webp")) {
            assertThat(quarters(images.read("image", file(name)))).containsExactly(RED, "white", BLUE, YELLOW);
        }
    }

    @Test
    void greyAndDeepPicturesToo() throws IOException {
        for (String name : List.of("quarters-grey.jpg", "deep.png")) {
            VideoFrames grey = images.read("image", file(name)).pixels();
            for (int i = 0; i < grey.rgb().length; i += 3) {
                assertThat(grey.rgb()[i]).isEqualTo(grey.rgb()[i + 1]).isEqualTo(grey.rgb()[i + 2]);
            }
        }
    }

    @Test
    void keepsTheMiddleInTheFilmsShape() throws IOException {
        BufferedImage wide = new BufferedImage(300, 100, BufferedImage.TYPE_INT_RGB);
        wide.createGraphics().drawImage(drawn(100, 100), 100, 0, null);
        assertThat(quarters(images.read("image", file(wide, "png")))).isEqualTo(UPRIGHT);
        BufferedImage high = new BufferedImage(100, 300, BufferedImage.TYPE_INT_RGB);
        high.createGraphics().drawImage(drawn(100, 100), 0, 100, null);
        StartImage middle = images.read("image", file(high, "png"));
        assertThat(quarters(middle)).isEqualTo(UPRIGHT);
        assertThat(colour(middle.pixels(), 1, 1)).as("nothing from beside it").isEqualTo(RED);
        StartImage cinema = new StartImages(128, 64).read("image", file(high, "png"));
        assertThat(cinema.pixels().width()).isEqualTo(128);
        assertThat(colour(cinema.pixels(), 2, 2)).isEqualTo(RED);
        assertThat(colour(cinema.pixels(), 125, 61)).isEqualTo(YELLOW);
    }

    @Test
    void anySizeWillDo() throws IOException {
        assertThat(images.read("image", file(drawn(1, 1), "png")).pixels().rgb()).hasSize(3 * 64 * 64);
        assertThat(images.read("image", file(drawn(1, 5000), "png")).pixels().rgb()).hasSize(3 * 64 * 64);
        assertThat(quarters(images.read("image", file(drawn(2, 2), "png")))).isEqualTo(UPRIGHT);
        assertThat(quarters(images.read("image", file(drawn(7000, 5000), "jpg")))).isEqualTo(UPRIGHT);
    }

    @Test
    void shrinksWithoutFlicker() throws IOException {
        BufferedImage board = new BufferedImage(4096, 4096, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < 4096; y++) {
            for (int x = 0; x < 4096; x++) {
                board.setRGB(x, y, (x / 11 + y / 11) % 2 == 0 ? 0xFFFFFF : 0);
            }
        }
        for (byte value : images.read("image", file(board, "png")).pixels().rgb()) {
            assertThat(Byte.toUnsignedInt(value)).as("neither black nor white").isBetween(90, 165);
        }
    }

    @Test
    void whatIsKeptIsReadAsItWas() throws IOException {
        StartImage image = images.read("image", file("quarters.webp"));
        StartImage again = images.read("image", StartImages.png(image));
        assertThat(again.pixels().rgb()).isEqualTo(image.pixels().rgb());
        assertThat(again.digest()).isEqualTo(image.digest()).matches("[0-9a-f]{64}");
        assertThat(images.read("image", file("quarters-lossless.webp")).digest()).isNotEqualTo(image.digest());
        assertThat(StartImages.png(image).length).isLessThan(16_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"jpg", "png", "gif", "bmp", "tif"})
    void refusesWhatIsCutShort(String format) throws IOException {
        byte[] whole = file(drawn(640, 480), format);
        for (double part : new double[] {0.2, 0.5, 0.9}) {
            assertRefused(Arrays.copyOf(whole, (int) (part * whole.length)), "was \"a");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"quarters.webp", "quarters-lossless.webp", "quarters-progressive.jpg", "quarters-cmyk.jpg"})
    void refusesWhatIsCutShortOfOthers(String name) throws IOException {
        byte[] whole = file(name);
        for (double part : new double[] {0.1, 0.5, 0.8}) {
            assertRefused(Arrays.copyOf(whole, (int) (part * whole.length)), "was \"a");
        }
    }

    @Test
    void refusesWhatIsNoPicture() throws IOException {
        assertRefused(new byte[0], "was \"a file of 0 bytes\"");
        assertRefused("a red car".getBytes(StandardCharsets.UTF_8), "was \"a file of 9 bytes that is no such picture\"");
        assertRefused("<svg xmlns='http://www.w3.org/2000/svg'/>".getBytes(StandardCharsets.UTF_8), "no such picture");
        assertRefused(new byte[StartImages.LARGEST_FILE + 1], "was \"a file of 10485761 bytes\"");
        byte[] noise = file(drawn(64, 64), "png");
        Arrays.fill(noise, 60, noise.length, (byte) 7);
        assertRefused(noise, "was \"a broken PNG\"");
    }

    @Test
    void refusesWhatMoves() throws IOException {
        assertRefused(file("moving.png"), "was \"a PNG that moves\"");
        assertRefused(file("moving.webp"), "was \"a WebP that moves\"");
    }

    @Test
    void refusesWhatIsTooLargeBeforeItIsUnpacked() throws IOException {
        assertRefused(bomb(30_000, 30_000), "was \"a PNG of 30000x30000 pixels\"");
        assertRefused(bomb(Integer.MAX_VALUE, Integer.MAX_VALUE), "was \"a PNG of 2147483647x2147483647 pixels\"");
    }

    @Test
    void whatElseIsPackedIntoAPngIsLeftThere() throws IOException {
        // A profile of 64 MB in as many kB.
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        packed.write("bomb\0\0".getBytes(StandardCharsets.ISO_8859_1));
        try (DeflaterOutputStream deflater = new DeflaterOutputStream(packed)) {
            byte[] megabyte = new byte[1 << 20];
            for (int i = 0; i < 64; i++) {
                deflater.write(megabyte);
            }
        }
        byte[] png = file(drawn(64, 64), "png");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(png, 0, 33);
        DataOutputStream out = new DataOutputStream(bytes);
        chunk(out, "iCCP", packed.toByteArray());
        chunk(out, "zTXt", packed.toByteArray());
        out.write(png, 33, png.length - 33);
        assertThat(quarters(images.read("image", bytes.toByteArray()))).isEqualTo(UPRIGHT);
    }

    /** A PNG that says that it is so large, and is small. */
    private static byte[] bomb(int width, int height) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        DataOutputStream size = new DataOutputStream(head);
        size.writeInt(width);
        size.writeInt(height);
        size.write(new byte[] {8, 2, 0, 0, 0});
        chunk(out, "IHDR", head.toByteArray());
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflater = new DeflaterOutputStream(data)) {
            deflater.write(new byte[1 << 20]);
        }
        chunk(out, "IDAT", data.toByteArray());
        chunk(out, "IEND", new byte[0]);
        return bytes.toByteArray();
    }

    private static void chunk(DataOutputStream out, String type, byte[] body) throws IOException {
        byte[] name = type.getBytes(StandardCharsets.ISO_8859_1);
        CRC32 crc = new CRC32();
        crc.update(name);
        crc.update(body);
        out.writeInt(body.length);
        out.write(name);
        out.write(body);
        out.writeInt((int) crc.getValue());
    }

    private void assertRefused(byte[] file, String was) {
        assertThatThrownBy(() -> images.read("image", file))
                .isInstanceOf(InvalidFieldException.class)
                .hasMessageContaining("image must be a whole picture that stands still: JPEG, PNG, WebP, GIF")
                .hasMessageContaining("at most 10 MB and 64 million pixels")
                .hasMessageContaining(was);
    }
}
