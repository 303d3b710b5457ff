package dev.longtake.media;

import dev.longtake.film.VideoFrames;
import java.io.ByteArrayInputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacv.FFmpegFrameGrabber;
import org.bytedeco.javacv.Frame;
import org.bytedeco.javacv.FrameGrabber;

/**
 * A video file's pictures, in the order they are shown: whatever FFmpeg can decode, of any size, from anywhere. Holds
 * no more than the frames asked for. Not thread-safe; blocks.
 */
public final class FilmReader implements AutoCloseable {

    private final String file;
    private final FFmpegFrameGrabber grabber;

    /** @throws MediaException if {@code file} is no video that can be read */
    public FilmReader(Path file) {
        this(file.toString(), new FFmpegFrameGrabber(file.toFile()));
    }

    /** @throws MediaException if {@code segment} is none */
    public FilmReader(MediaSegment segment) {
        this("the segment", new FFmpegFrameGrabber(new SequenceInputStream(
                new ByteArrayInputStream(segment.init()), new ByteArrayInputStream(segment.media())), 0));
    }

    private FilmReader(String file, FFmpegFrameGrabber grabber) {
        FFmpeg.load();
        this.file = file;
        this.grabber = grabber;
        grabber.setPixelFormat(avutil.AV_PIX_FMT_RGB24);
        try {
            grabber.start();
        } catch (FrameGrabber.Exception e) {
            close();
            throw unreadable(e);
        }
        if (grabber.getImageWidth() <= 0 || grabber.getImageHeight() <= 0) {
            close();
            throw new MediaException(file + " has no pictures");
        }
    }

    /** In pixels. */
    public int width() {
        return grabber.getImageWidth();
    }

    /** In pixels. */
    public int height() {
        return grabber.getImageHeight();
    }

    /** Frames per second as the file says, at least 1. */
    public int fps() {
        return (int) Math.max(1, Math.round(grabber.getVideoFrameRate()));
    }

    /**
     * The next pictures.
     *
     * @param most how many at most
     * @return empty at the end of the film
     * @throws MediaException if the file is broken here
     */
    public Optional<VideoFrames> next(int most) {
        List<byte[]> pictures = new ArrayList<>();
        try {
            Frame frame = null;
            while (pictures.size() < most && (frame = grabber.grabImage()) != null) {
                pictures.add(rgb(frame));
            }
        } catch (FrameGrabber.Exception e) {
            throw unreadable(e);
        }
        return pictures.isEmpty() ? Optional.empty() : Optional.of(joined(pictures));
    }

    /** The grabber's rows may be longer than the picture's. */
    private byte[] rgb(Frame frame) {
        ByteBuffer image = (ByteBuffer) frame.image[0];
        int row = 3 * width();
        byte[] rgb = new byte[height() * row];
        for (int y = 0; y < height(); y++) {
            image.get(y * frame.imageStride, rgb, y * row, row);
        }
        return rgb;
    }

    private VideoFrames joined(List<byte[]> pictures) {
        int size = pictures.get(0).length;
        byte[] rgb = new byte[pictures.size() * size];
        for (int i = 0; i < pictures.size(); i++) {
            System.arraycopy(pictures.get(i), 0, rgb, i * size, size);
        }
        return new VideoFrames(pictures.size(), height(), width(), rgb);
    }

    private MediaException unreadable(FrameGrabber.Exception e) {
        return new MediaException(file + " is no video that FFmpeg can read: " + e.getMessage(), e);
    }

    @Override
    public void close() {
        try {
            grabber.close();
        } catch (FrameGrabber.Exception e) {
            throw new MediaException("FFmpeg cannot close " + file, e);
        }
    }
}
