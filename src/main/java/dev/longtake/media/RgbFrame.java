package dev.longtake.media;

import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_RGB24;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_get_buffer;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_make_writable;

import dev.longtake.film.VideoFrames;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.javacpp.BytePointer;

/** A picture as FFmpeg's filters take it, of the film's own pixels. Not thread-safe. */
final class RgbFrame implements AutoCloseable {

    private final int width;
    private final int height;
    private final int shrink;
    private final byte[] row;
    private final AVFrame frame;

    /**
     * @param width  of the film
     * @param shrink how much larger its video is, see {@link VideoFormat#scale}
     */
    RgbFrame(int width, int height, int shrink) {
        this.width = width;
        this.height = height;
        this.shrink = shrink;
        row = new byte[3 * width];
        frame = FFmpeg.checkAllocated(av_frame_alloc(), "a frame");
        frame.width(width).height(height).format(AV_PIX_FMT_RGB24);
        FFmpeg.check(av_frame_get_buffer(frame, 0), "allocate a frame");
    }

    /** @return frame {@code index} of {@code frames}, valid until the next call */
    AVFrame of(VideoFrames frames, int index, long pts) {
        if (frames.width() != width * shrink || frames.height() != height * shrink) {
            throw new MediaException("frames must be " + width * shrink + "x" + height * shrink + ", but are "
                    + frames.width() + "x" + frames.height());
        }
        // A filter may still hold the last picture.
        FFmpeg.check(av_frame_make_writable(frame), "allocate a frame");
        byte[] rgb = frames.rgb();
        long picture = (long) index * frames.width() * frames.height() * 3;
        BytePointer data = frame.data(0);
        for (int y = 0; y < height; y++) {
            int from = Math.toIntExact(picture + (long) y * shrink * frames.width() * 3);
            for (int x = 0; x < width; x++) {
                System.arraycopy(rgb, from + x * shrink * 3, row, x * 3, 3);
            }
            data.position((long) y * frame.linesize(0)).put(row, 0, row.length);
        }
        data.position(0);
        frame.pts(pts);
        return frame;
    }

    @Override
    public void close() {
        av_frame_free(frame);
    }
}
