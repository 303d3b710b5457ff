package dev.longtake.media;

import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_FLAG_BITEXACT;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_FLAG_GLOBAL_HEADER;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_unref;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_alloc_context3;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_free_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_open2;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_receive_packet;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_send_frame;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_PRI_SMPTE170M;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_MPEG;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_SMPTE170M;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_TRC_SMPTE170M;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EOF;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV420P;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_free;
import static org.bytedeco.ffmpeg.presets.avutil.AVERROR_EAGAIN;

import dev.longtake.film.VideoFrames;
import java.util.Map;
import java.util.function.Consumer;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;

/**
 * One closed group of pictures: a keyframe and what follows. Its time base is 1/fps. The quality is constant, not
 * the bit rate, and the encoder has one thread, so the same frames give the same bytes whatever was encoded before
 * and on however many cores. Not thread-safe.
 */
final class H264Encoder implements AutoCloseable {

    static final String NAME = "libopenh264";

    /** How much is kept; both give the same init segment. */
    enum Quality {
        /** Small pictures are shown large, and a second of film is a few kB: quality is cheap. */
        FINE(14, 22),
        /** For pictures like noise: the codec's buffers cannot hold them in fine quality. */
        COARSE(34, 44);

        private final int finestQuantizer;
        private final int coarsestQuantizer;

        Quality(int finestQuantizer, int coarsestQuantizer) {
            this.finestQuantizer = finestQuantizer;
            this.coarsestQuantizer = coarsestQuantizer;
        }
    }

    /** Longer than any chunk: the only keyframe is the first frame. */
    private static final int KEYFRAME_INTERVAL = 10_000;

    private final FrameConverter converter;
    private final AVCodecContext context;
    private final AVPacket packet;

    H264Encoder(VideoFormat format, Quality quality) {
        AVCodec codec = FFmpeg.encoder(NAME);
        context = FFmpeg.checkAllocated(avcodec_alloc_context3(codec), "an encoder");
        int width = format.width() * format.scale();
        int height = format.height() * format.scale();
        context.width(width).height(height).pix_fmt(AV_PIX_FMT_YUV420P);
        context.time_base().num(1).den(format.fps());
        context.framerate().num(format.fps()).den(1);
        context.gop_size(KEYFRAME_INTERVAL).max_b_frames(0).thread_count(1).slices(1);
        context.qmin(quality.finestQuantizer).qmax(quality.coarsestQuantizer);
        context.colorspace(AVCOL_SPC_SMPTE170M).color_primaries(AVCOL_PRI_SMPTE170M).color_trc(AVCOL_TRC_SMPTE170M)
                .color_range(AVCOL_RANGE_MPEG);
        context.flags(context.flags() | AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT);
        AVDictionary options = FFmpeg.dictionary(Map.of("rc_mode", "quality", "allow_skip_frames", "0"));
        try {
            FFmpeg.check(avcodec_open2(context, codec, options), "start " + NAME);
        } finally {
            av_dict_free(options);
        }
        converter = new FrameConverter(format.width(), format.height(), width, height, FrameConverter.Purpose.VIDEO);
        packet = FFmpeg.checkAllocated(av_packet_alloc(), "a packet");
    }

    AVCodecContext context() {
        return context;
    }

    /**
     * Encodes all frames; to be called once.
     *
     * @param firstFrame time stamp of the first frame, in frames
     * @param sink       gets every packet, valid during the call
     */
    void encode(VideoFrames frames, long firstFrame, Consumer<AVPacket> sink) {
        for (int i = 0; i < frames.count(); i++) {
            AVFrame frame = converter.convert(frames, i);
            frame.pts(firstFrame + i);
            FFmpeg.check(avcodec_send_frame(context, frame), "encode a frame");
            drain(sink);
        }
        FFmpeg.check(avcodec_send_frame(context, null), "end a chunk");
        drain(sink);
    }

    private void drain(Consumer<AVPacket> sink) {
        int result = avcodec_receive_packet(context, packet);
        while (result >= 0) {
            packet.duration(1);
            sink.accept(packet);
            av_packet_unref(packet);
            result = avcodec_receive_packet(context, packet);
        }
        if (result != AVERROR_EAGAIN() && result != AVERROR_EOF) {
            FFmpeg.check(result, "encode a frame");
        }
    }

    @Override
    public void close() {
        avcodec_free_context(context);
        av_packet_free(packet);
        converter.close();
    }
}
