package dev.longtake.media;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longtake.film.VideoFrames;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacv.FFmpegFrameGrabber;
import org.bytedeco.javacv.Frame;

/** Pictures whose content tells which frame they are, and how to read them back. */
final class Footage {

    static final VideoFormat FORMAT = new VideoFormat(64, 48, 8);

    /**
     * What a decoder finds in a file.
     *
     * @param micros    time stamps
     * @param keyframes which frames are keyframes
     * @param pictures  RGB
     */
    record Decoded(List<Long> micros, List<Boolean> keyframes, List<byte[]> pictures, String comment, double fps) {}

    private Footage() {}

    /** Frames {@code from} to {@code from + count} of a film in which a bright square wanders over a gradient. */
    static VideoFrames frames(int from, int count) {
        int width = FORMAT.width();
        int height = FORMAT.height();
        byte[] rgb = new byte[count * height * width * 3];
        int at = 0;
        for (int i = from; i < from + count; i++) {
            int left = i * 3 % (width - 12);
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    boolean inside = x >= left && x < left + 12 && y >= 18 && y < 30;
                    rgb[at++] = (byte) (inside ? 230 : 60 + x);
                    rgb[at++] = (byte) (inside ? 60 : 60 + 2 * y);
                    rgb[at++] = (byte) (inside ? 40 : 120);
                }
            }
        }
        return new VideoFrames(count, height, width, rgb);
    }

    static Decoded decode(byte[] file) throws IOException {
        Path path = Files.createTempFile("footage", ".mp4");
        try {
            Files.write(path, file);
            return decode(path);
        } finally {
            Files.delete(path);
        }
    }

    static Decoded decode(Path file) throws IOException {
        List<Long> micros = new ArrayList<>();
        List<Boolean> keyframes = new ArrayList<>();
        List<byte[]> pictures = new ArrayList<>();
        try (FFmpegFrameGrabber grabber = new FFmpegFrameGrabber(file.toFile())) {
            grabber.setPixelFormat(avutil.AV_PIX_FMT_RGB24);
            grabber.start();
            for (Frame frame = grabber.grabImage(); frame != null; frame = grabber.grabImage()) {
                micros.add(frame.timestamp);
                keyframes.add(frame.keyFrame);
                assertThat(frame.imageWidth).isEqualTo(FORMAT.width() * FORMAT.scale());
                pictures.add(rgb(frame));
            }
            return new Decoded(micros, keyframes, pictures, grabber.getMetadata("comment"), grabber.getFrameRate());
        }
    }

    /** The film's own pixels. */
    private static byte[] rgb(Frame frame) {
        ByteBuffer image = (ByteBuffer) frame.image[0];
        byte[] rgb = new byte[FORMAT.width() * FORMAT.height() * 3];
        int at = 0;
        for (int y = 0; y < FORMAT.height(); y++) {
            for (int x = 0; x < FORMAT.width(); x++) {
                image.get(FORMAT.scale() * (y * frame.imageStride + 3 * x), rgb, at, 3);
                at += 3;
            }
        }
        return rgb;
    }

    /** Mean absolute difference of two pictures, 0 to 255. */
    static double difference(byte[] a, byte[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += Math.abs((a[i] & 255) - (b[i] & 255));
        }
        return sum / a.length;
    }
}
