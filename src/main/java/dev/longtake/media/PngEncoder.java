package dev.longtake.media;

import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_alloc_context3;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_free_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_open2;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_receive_packet;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_send_frame;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_RGB24;

import dev.longtake.film.VideoFrames;
import java.nio.file.Path;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;

/** One frame of a film as a PNG. Stateless and safe to use from any thread; blocks. */
public final class PngEncoder {

    private static final String NAME = "png";

    private final VideoFormat format;

    public PngEncoder(VideoFormat format) {
        FFmpeg.load();
        this.format = format;
    }

    /**
     * @param film  video file of a film in this format, or of a part of it
     * @param skip  frames of the source that come before the wanted one
     * @param width in pixels; the height follows
     * @throws MediaException if the film has no such frame
     */
    public byte[] encode(Path film, int skip, int width) {
        try (FilmReader reader = new FilmReader(film)) {
            for (int i = 0; i < skip; i++) {
                reader.next(1);
            }
            VideoFrames frame = reader.next(1)
                    .orElseThrow(() -> new MediaException(film + " ends before frame " + skip));
            return encode(frame, width);
        }
    }

    private byte[] encode(VideoFrames frame, int width) {
        int height = Math.max(1, Math.round((float) width * format.height() / format.width()));
        String text = FilterGraph.source("film", format.width(), format.height(), "rgb24", format.fps())
                + ",scale=" + width + ":" + height + ":flags=lanczos+accurate_rnd+bitexact,format=rgb24,"
                + FilterGraph.SINK;
        byte[][] png = new byte[1][];
        try (RgbFrame picture = new RgbFrame(format.width(), format.height(), format.scale());
                FilterGraph graph = new FilterGraph(text)) {
            graph.push("film", picture.of(frame, 0, 0));
            graph.push("film", null);
            graph.drain(scaled -> png[0] = png(scaled));
        }
        return png[0];
    }

    private static byte[] png(AVFrame picture) {
        AVCodec codec = FFmpeg.encoder(NAME);
        AVCodecContext context = FFmpeg.checkAllocated(avcodec_alloc_context3(codec), "an encoder");
        AVPacket packet = FFmpeg.checkAllocated(av_packet_alloc(), "a packet");
        try {
            context.width(picture.width()).height(picture.height()).pix_fmt(AV_PIX_FMT_RGB24).thread_count(1);
            context.time_base().num(1).den(1);
            FFmpeg.check(avcodec_open2(context, codec, (AVDictionary) null), "start " + NAME);
            FFmpeg.check(avcodec_send_frame(context, picture), "encode a PNG");
            FFmpeg.check(avcodec_receive_packet(context, packet), "encode a PNG");
            byte[] png = new byte[packet.size()];
            packet.data().get(png);
            return Origin.inPng(png);
        } finally {
            av_packet_free(packet);
            avcodec_free_context(context);
        }
    }
}
