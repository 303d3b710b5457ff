package dev.longtake.media;

import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_JPEG;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_MPEG;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_RGB24;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV420P;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_get_buffer;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_make_writable;
import static org.bytedeco.ffmpeg.global.swscale.SWS_ACCURATE_RND;
import static org.bytedeco.ffmpeg.global.swscale.SWS_POINT;
import static org.bytedeco.ffmpeg.global.swscale.SWS_BICUBIC;
import static org.bytedeco.ffmpeg.global.swscale.SWS_BITEXACT;
import static org.bytedeco.ffmpeg.global.swscale.SWS_CS_ITU601;
import static org.bytedeco.ffmpeg.global.swscale.SWS_FULL_CHR_H_INP;
import static org.bytedeco.ffmpeg.global.swscale.SWS_FULL_CHR_H_INT;
import static org.bytedeco.ffmpeg.global.swscale.sws_freeContext;
import static org.bytedeco.ffmpeg.global.swscale.sws_getCoefficients;
import static org.bytedeco.ffmpeg.global.swscale.sws_getContext;
import static org.bytedeco.ffmpeg.global.swscale.sws_scale;
import static org.bytedeco.ffmpeg.global.swscale.sws_setColorspaceDetails;

import dev.longtake.film.VideoFrames;
import java.nio.DoubleBuffer;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.swscale.SwsContext;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * RGB to YUV 4:2:0 with the matrix of ITU-R BT.601, bit-exact on every machine, scaling on the way if the sizes
 * differ. Not thread-safe.
 */
final class FrameConverter implements AutoCloseable {

    /** What the pictures are for. */
    enum Purpose {
        /** Luma 16 to 235; an enlarged pixel is a square, so that every viewer can get the film's own pixels back. */
        VIDEO(SWS_POINT, 0),
        /** Luma 0 to 255; enlarged smoothly. */
        STILL(SWS_BICUBIC, 1);

        private final int scaling;
        private final int fullRange;

        Purpose(int scaling, int fullRange) {
            this.scaling = scaling;
            this.fullRange = fullRange;
        }
    }

    private static final int FLAGS = SWS_ACCURATE_RND | SWS_BITEXACT | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP;
    private static final int ONE = 1 << 16;

    private final int inputWidth;
    private final int inputHeight;
    private final SwsContext scaler;
    private final AVFrame output;
    private final BytePointer input;
    private final PointerPointer<BytePointer> inputPlanes = new PointerPointer<>(4);
    private final IntPointer inputStride = new IntPointer(4);

    FrameConverter(int inputWidth, int inputHeight, int outputWidth, int outputHeight, Purpose purpose) {
        this.inputWidth = inputWidth;
        this.inputHeight = inputHeight;
        scaler = FFmpeg.checkAllocated(
                sws_getContext(
                        inputWidth, inputHeight, AV_PIX_FMT_RGB24,
                        outputWidth, outputHeight, AV_PIX_FMT_YUV420P,
                        FLAGS | purpose.scaling, null, null, (DoubleBuffer) null),
                "a colour converter");
        IntPointer matrix = sws_getCoefficients(SWS_CS_ITU601);
        FFmpeg.check(
                sws_setColorspaceDetails(scaler, matrix, 1, matrix, purpose.fullRange, 0, ONE, ONE),
                "set the colour matrix");
        output = FFmpeg.checkAllocated(av_frame_alloc(), "a frame");
        output.width(outputWidth).height(outputHeight).format(AV_PIX_FMT_YUV420P)
                .color_range(purpose == Purpose.STILL ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG);
        FFmpeg.check(av_frame_get_buffer(output, 0), "allocate a frame");
        input = new BytePointer((long) inputWidth * inputHeight * 3);
        inputPlanes.put(0, input);
        inputStride.put(0, inputWidth * 3);
    }

    /** @return frame {@code index} of {@code frames}, valid until the next call */
    AVFrame convert(VideoFrames frames, int index) {
        if (frames.width() != inputWidth || frames.height() != inputHeight) {
            throw new MediaException("frames must be " + inputWidth + "x" + inputHeight + ", but are "
                    + frames.width() + "x" + frames.height());
        }
        // The encoder may still hold the last picture.
        FFmpeg.check(av_frame_make_writable(output), "allocate a frame");
        int size = inputWidth * inputHeight * 3;
        input.position(0).put(frames.rgb(), index * size, size);
        FFmpeg.check(
                sws_scale(scaler, inputPlanes, inputStride, 0, inputHeight, output.data(), output.linesize()),
                "convert colours");
        return output;
    }

    @Override
    public void close() {
        sws_freeContext(scaler);
        av_frame_free(output);
        input.close();
        inputPlanes.close();
        inputStride.close();
    }
}
