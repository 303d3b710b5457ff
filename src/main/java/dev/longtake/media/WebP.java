package dev.longtake.media;

import com.drew.imaging.riff.RiffProcessingException;
import com.drew.imaging.webp.WebpMetadataReader;
import com.drew.metadata.MetadataException;
import com.drew.metadata.webp.WebpDirectory;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacv.FFmpegFrameGrabber;
import org.bytedeco.javacv.Frame;
import org.bytedeco.javacv.FrameGrabber;

/** A picture in a format that the JDK does not know, decoded by FFmpeg. */
record WebP(byte[] file, int width, int height, boolean moves) {

    private static final byte[] RIFF = "RIFF".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] WEBP = "WEBP".getBytes(StandardCharsets.US_ASCII);
    private static final int TYPE = 8;
    private static final int HEAD = 12;

    /** Whether a file claims to be one. */
    static boolean is(byte[] file) {
        return file.length >= HEAD && Arrays.equals(file, 0, RIFF.length, RIFF, 0, RIFF.length)
                && Arrays.equals(file, TYPE, HEAD, WEBP, 0, WEBP.length);
    }

    /** Reads what a file says of itself; decodes nothing. */
    static WebP of(byte[] file) throws IOException {
        try {
            WebpDirectory about = WebpMetadataReader.readMetadata(new ByteArrayInputStream(file))
                    .getFirstDirectoryOfType(WebpDirectory.class);
            if (about == null) {
                throw new IOException("a WebP without a picture");
            }
            boolean moves = about.containsTag(WebpDirectory.TAG_IS_ANIMATION)
                    && about.getBoolean(WebpDirectory.TAG_IS_ANIMATION);
            return new WebP(file, about.getInt(WebpDirectory.TAG_IMAGE_WIDTH),
                    about.getInt(WebpDirectory.TAG_IMAGE_HEIGHT), moves);
        } catch (RiffProcessingException | MetadataException e) {
            throw new IOException(e);
        }
    }

    /** The picture, with what can be seen through. */
    BufferedImage decode() throws IOException {
        try (FFmpegFrameGrabber grabber = new FFmpegFrameGrabber(new ByteArrayInputStream(file), 0)) {
            grabber.setFormat("webp_pipe");
            grabber.setPixelFormat(avutil.AV_PIX_FMT_BGRA);
            // Its parts may say otherwise than the file.
            grabber.setVideoOption("max_pixels", Integer.toString(StartImages.MOST_PIXELS));
            grabber.start();
            Frame frame = grabber.grabImage();
            if (frame == null || frame.imageWidth != width || frame.imageHeight != height) {
                throw new IOException("a WebP without its picture");
            }
            BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB);
            ByteBuffer pixels = ((ByteBuffer) frame.image[0]).order(ByteOrder.LITTLE_ENDIAN);
            int[] row = new int[width];
            for (int y = 0; y < height; y++) {
                pixels.position(y * frame.imageStride);
                pixels.slice().order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(row);
                image.setRGB(0, y, width, 1, row, 0, width);
            }
            return image;
        } catch (FrameGrabber.Exception e) {
            throw new IOException(e);
        }
    }
}
