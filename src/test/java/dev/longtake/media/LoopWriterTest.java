package dev.longtake.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.longtake.film.InvalidFieldException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.bytedeco.javacv.FFmpegFrameGrabber;
import org.bytedeco.javacv.Frame;
import org.bytedeco.javacv.Java2DFrameConverter;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Loops and pictures of films, decoded again. */
class LoopWriterTest {

    private static final int FRAMES = 27;
    private static final int SKIP = 5;
    private static final Loop LOOP = new Loop(SKIP, 12, 128);

    @TempDir
    Path folder;

    private Path film;
    private Path target;

    @BeforeEach
    void writeFilm() throws IOException {
        film = folder.resolve("film.mp4");
        target = folder.resolve("loop");
        try (FilmWriter writer = new FilmWriter(film, Footage.FORMAT)) {
            writer.write(Footage.frames(0, 16));
            writer.write(Footage.frames(16, FRAMES - 16));
            writer.finish();
        }
    }

    @Test
    void aGifShowsEveryFrameOfTheStretchForEver() throws IOException {
        new LoopWriter(Footage.FORMAT).write(film, LOOP, LoopWriter.Kind.GIF, target);

        List<Long> micros = new ArrayList<>();
        try (FFmpegFrameGrabber grabber = new FFmpegFrameGrabber(target.toFile());
                Java2DFrameConverter converter = new Java2DFrameConverter()) {
            grabber.start();
            assertThat(grabber.getVideoCodecName()).isEqualTo("gif");
            for (Frame frame = grabber.grabImage(); frame != null; frame = grabber.grabImage()) {
                assertShows(converter.convert(frame), SKIP + micros.size());
                micros.add(frame.timestamp);
            }
        }
        assertThat(micros).hasSize(12);
        // GIF counts hundredths of a second.
        for (int i = 0; i < micros.size(); i++) {
            assertThat(micros.get(i)).isCloseTo(i * 125_000L, within(5_000L));
        }
        String bytes = new String(Files.readAllBytes(target), StandardCharsets.ISO_8859_1);
        assertThat(bytes).startsWith("GIF89a").contains("NETSCAPE2.0\u0003\u0001\u0000\u0000")
                .contains("Made by AI with Longtake");
        assertThat(files()).containsExactly("film.mp4", "loop");
    }

    @Test
    void aWebPShowsEveryFrameOfTheStretchForEver() throws IOException {
        new LoopWriter(Footage.FORMAT).write(film, LOOP, LoopWriter.Kind.WEBP, target);

        ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(target)).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(text(file)).isEqualTo("RIFF");
        assertThat(file.getInt()).isEqualTo(file.capacity() - 8);
        assertThat(text(file)).isEqualTo("WEBP");
        List<Integer> durations = new ArrayList<>();
        boolean told = false;
        while (file.remaining() >= 8) {
            String type = text(file);
            int size = file.getInt();
            int start = file.position();
            switch (type) {
                case "VP8X" -> {
                    assertThat(file.get(start) & 4).as("it has XMP").isEqualTo(4);
                    assertThat(1 + (file.getInt(start + 4) & 0xFFFFFF)).as("width").isEqualTo(128);
                    assertThat(1 + (file.getInt(start + 6) >>> 8 & 0xFFFFFF)).as("height").isEqualTo(96);
                }
                case "XMP " -> {
                    byte[] xmp = new byte[size];
                    file.get(start, xmp);
                    assertThat(new String(xmp, StandardCharsets.UTF_8)).contains("Made by AI with Longtake")
                            .contains("trainedAlgorithmicMedia").endsWith("</x:xmpmeta>");
                    told = true;
                }
                case "ANIM" -> assertThat(file.getShort(start + 4)).as("loops, 0 for ever").isZero();
                case "ANMF" -> durations.add(file.getInt(start + 12) & 0xFFFFFF);
                default -> { }
            }
            file.position(start + size + size % 2);
        }
        assertThat(durations).hasSize(12).containsOnly(125);
        assertThat(told).isTrue();
        assertThat(files()).containsExactly("film.mp4", "loop");
    }

    @Test
    void aPictureIsTheFrameThatWasAskedFor() throws IOException {
        for (int frame : new int[] {0, 17, FRAMES - 1}) {
            byte[] png = new PngEncoder(Footage.FORMAT).encode(film, frame, 128);
            BufferedImage picture = ImageIO.read(new ByteArrayInputStream(png));
            assertThat(picture.getWidth()).isEqualTo(128);
            assertThat(picture.getHeight()).isEqualTo(96);
            assertShows(picture, frame);
        }
        assertThat(new String(new PngEncoder(Footage.FORMAT).encode(film, 0, 16), StandardCharsets.ISO_8859_1))
                .contains("Comment\u0000Made by AI with Longtake").contains("trainedAlgorithmicMedia");
        // As large as the film itself, nothing is lost but what H.264 lost before.
        byte[] png = new PngEncoder(Footage.FORMAT).encode(film, 3, 64);
        assertThat(ImageIO.read(new ByteArrayInputStream(png)).getWidth()).isEqualTo(64);
    }

    @Test
    void whatTheFilmDoesNotHaveIsNoFile() throws IOException {
        LoopWriter writer = new LoopWriter(Footage.FORMAT);
        for (LoopWriter.Kind kind : LoopWriter.Kind.values()) {
            assertThatThrownBy(() -> writer.write(film, new Loop(20, 12, 128), kind, target))
                    .isInstanceOf(MediaException.class).hasMessageContaining("ends before frame 32");
        }
        assertThatThrownBy(() -> new PngEncoder(Footage.FORMAT).encode(film, FRAMES, 64))
                .isInstanceOf(MediaException.class);
        assertThat(files()).containsExactly("film.mp4");
    }

    @Test
    void loopsHaveLimits() {
        assertThatThrownBy(() -> new Loop(0, Loop.LONGEST + 1, 64)).isInstanceOf(InvalidFieldException.class);
        assertThatThrownBy(() -> new Loop(0, 0, 64)).isInstanceOf(InvalidFieldException.class);
        assertThatThrownBy(() -> new Loop(-1, 1, 64)).isInstanceOf(InvalidFieldException.class);
        assertThatThrownBy(() -> new Loop(0, 1, Loop.WIDEST + 1)).isInstanceOf(InvalidFieldException.class);
    }

    /** The picture, twice as large as the film, is nearer to the frame than to those before and after it. */
    private static void assertShows(BufferedImage picture, int frame) {
        byte[] rgb = new byte[64 * 48 * 3];
        int at = 0;
        for (int y = 0; y < 48; y++) {
            for (int x = 0; x < 64; x++) {
                int pixel = picture.getRGB(2 * x, 2 * y);
                rgb[at++] = (byte) (pixel >> 16);
                rgb[at++] = (byte) (pixel >> 8);
                rgb[at++] = (byte) pixel;
            }
        }
        double difference = difference(rgb, frame);
        assertThat(difference).as("frame " + frame).isLessThan(8);
        assertThat(difference).isLessThan(difference(rgb, frame + 1)).isLessThan(difference(rgb, frame + 15));
    }

    private static double difference(byte[] rgb, int frame) {
        return Footage.difference(rgb, Footage.frames(frame, 1).rgb());
    }

    private static String text(ByteBuffer file) {
        byte[] bytes = new byte[4];
        file.get(bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
