package dev.longtake.media;

import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_FLAG_QSCALE;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_alloc_context3;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_free_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_open2;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_receive_packet;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_send_frame;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_JPEG;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV420P;
import static org.bytedeco.ffmpeg.global.avutil.FF_QP2LAMBDA;

import dev.longtake.film.VideoFrames;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;

/** One frame to a JPEG, for previews and posters. Stateless and safe to use from any thread. */
public final class JpegEncoder {

    private static final String NAME = "mjpeg";

    private final int quantizer;
    private final int leastWidth;
    private final int mostWidth;

    /**
     * @param quantizer  1 (best) to 31
     * @param leastWidth smaller frames are enlarged by a whole number until they are at least so wide
     */
    public JpegEncoder(int quantizer, int leastWidth) {
        this(quantizer, leastWidth, Integer.MAX_VALUE);
    }

    /**
     * @param quantizer  1 (best) to 31
     * @param leastWidth smaller frames are enlarged by a whole number until they are at least so wide
     * @param mostWidth  larger frames are scaled down to it
     */
    public JpegEncoder(int quantizer, int leastWidth, int mostWidth) {
        FFmpeg.load();
        this.quantizer = quantizer;
        this.leastWidth = leastWidth;
        this.mostWidth = mostWidth;
    }

    /** @param index which of the frames */
    public byte[] encode(VideoFrames frames, int index) {
        int scale = Math.max(1, (leastWidth + frames.width() - 1) / frames.width());
        int width = Math.min(mostWidth, frames.width() * scale);
        int height = Math.max(1, Math.round((float) frames.height() * width / frames.width()));
        AVCodec codec = FFmpeg.encoder(NAME);
        AVCodecContext context = FFmpeg.checkAllocated(avcodec_alloc_context3(codec), "an encoder");
        try (FrameConverter converter = new FrameConverter(
                frames.width(), frames.height(), width, height, FrameConverter.Purpose.STILL)) {
            context.width(width).height(height).pix_fmt(AV_PIX_FMT_YUV420P).color_range(AVCOL_RANGE_JPEG);
            context.time_base().num(1).den(1);
            context.thread_count(1);
            context.flags(context.flags() | AV_CODEC_FLAG_QSCALE);
            context.global_quality(quantizer * FF_QP2LAMBDA);
            FFmpeg.check(avcodec_open2(context, codec, (AVDictionary) null), "start " + NAME);
            AVFrame frame = converter.convert(frames, index);
            frame.quality(context.global_quality());
            FFmpeg.check(avcodec_send_frame(context, frame), "encode a JPEG");
            return receive(context);
        } finally {
            avcodec_free_context(context);
        }
    }

    private static byte[] receive(AVCodecContext context) {
        AVPacket packet = FFmpeg.checkAllocated(av_packet_alloc(), "a packet");
        try {
            FFmpeg.check(avcodec_receive_packet(context, packet), "encode a JPEG");
            byte[] jpeg = new byte[packet.size()];
            packet.data().get(jpeg);
            return jpeg;
        } finally {
            av_packet_free(packet);
        }
    }
}
