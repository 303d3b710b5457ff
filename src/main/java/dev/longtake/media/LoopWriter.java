package dev.longtake.media;

import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_rescale_ts;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_unref;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_alloc_context3;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_free_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_open2;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_from_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_receive_packet;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_send_frame;
import static org.bytedeco.ffmpeg.global.avformat.AVIO_FLAG_WRITE;
import static org.bytedeco.ffmpeg.global.avformat.av_write_frame;
import static org.bytedeco.ffmpeg.global.avformat.av_write_trailer;
import static org.bytedeco.ffmpeg.global.avformat.avformat_alloc_output_context2;
import static org.bytedeco.ffmpeg.global.avformat.avformat_free_context;
import static org.bytedeco.ffmpeg.global.avformat.avformat_new_stream;
import static org.bytedeco.ffmpeg.global.avformat.avformat_write_header;
import static org.bytedeco.ffmpeg.global.avformat.avio_closep;
import static org.bytedeco.ffmpeg.global.avformat.avio_open;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EOF;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_BGRA;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_PAL8;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_clone;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.presets.avutil.AVERROR_EAGAIN;

import dev.longtake.film.VideoFrames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;

/**
 * Stretches of films as pictures that move by themselves: GIF with a palette of its own 256 colours, or animated
 * WebP. Reads the film twice rather than keeping it, so memory does not grow with its length (a WebP is kept
 * compressed until it is whole). Stateless and safe to use from any thread; blocks.
 */
public final class LoopWriter {

    /** What to write. */
    public enum Kind {
        GIF("gif", "gif", AV_PIX_FMT_PAL8, Map.of()),
        WEBP("webp", "libwebp_anim", AV_PIX_FMT_BGRA, Map.of("quality", "80", "compression_level", "4"));

        private final String muxer;
        private final String encoder;
        private final int pixelFormat;
        private final Map<String, String> options;

        Kind(String muxer, String encoder, int pixelFormat, Map<String, String> options) {
            this.muxer = muxer;
            this.encoder = encoder;
            this.pixelFormat = pixelFormat;
            this.options = options;
        }
    }

    private static final int AT_ONCE = 8;
    private static final String PALETTE = "palettegen=stats_mode=full:reserve_transparent=0";
    private static final String DITHER = "paletteuse=dither=sierra2_4a:diff_mode=rectangle";

    private final VideoFormat format;

    public LoopWriter(VideoFormat format) {
        FFmpeg.load();
        this.format = format;
    }

    /**
     * @param film   video file of a film in this format, or of a part of it
     * @param target file to be made; it appears at once and whole
     * @throws MediaException if the film ends before the loop does
     */
    public void write(Path film, Loop loop, Kind kind, Path target) throws IOException {
        int height = Math.max(1, Math.round((float) loop.width() * format.height() / format.width()));
        Path unfinished = target.resolveSibling(".longtake-" + UUID.randomUUID() + "." + kind.muxer);
        String scaled = source("film") + ",scale=" + loop.width() + ":" + height + ":flags=lanczos+accurate_rnd+bitexact";
        try (Output output = new Output(kind, loop.width(), height, unfinished)) {
            if (kind == Kind.GIF) {
                AVFrame palette = palette(film, loop);
                String text = scaled + "[pictures];" + FilterGraph.source("palette", palette.width(), palette.height(),
                        "bgra", format.fps()) + "[colours];[pictures][colours]" + DITHER + "," + FilterGraph.SINK;
                try (FilterGraph graph = new FilterGraph(text)) {
                    graph.push("palette", palette);
                    graph.push("palette", null);
                    run(film, loop, graph, output::encode);
                } finally {
                    av_frame_free(palette);
                }
            } else {
                try (FilterGraph graph = new FilterGraph(scaled + ",format=bgra," + FilterGraph.SINK)) {
                    run(film, loop, graph, output::encode);
                }
            }
            output.finish();
            output.close();
            if (kind == Kind.GIF) {
                Origin.intoGif(unfinished);
            } else {
                Origin.intoWebP(unfinished);
            }
            Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    private String source(String name) {
        return FilterGraph.source(name, format.width(), format.height(), "rgb24", format.fps());
    }

    /** The loop's best 256 colours, as a picture to be freed by the caller. */
    private AVFrame palette(Path film, Loop loop) {
        AVFrame[] palette = new AVFrame[1];
        try (FilterGraph graph = new FilterGraph(source("film") + "," + PALETTE + "," + FilterGraph.SINK)) {
            run(film, loop, graph, frame -> {
                palette[0] = FFmpeg.checkAllocated(av_frame_clone(frame), "a palette");
                palette[0].pts(0);
            });
        }
        return FFmpeg.checkAllocated(palette[0], "a palette");
    }

    private void run(Path film, Loop loop, FilterGraph graph, Consumer<AVFrame> sink) {
        int done = -loop.skip();
        try (FilmReader reader = new FilmReader(film);
                RgbFrame picture = new RgbFrame(format.width(), format.height(), format.scale())) {
            while (done < loop.frames()) {
                Optional<VideoFrames> frames = reader.next(Math.min(AT_ONCE, loop.frames() - done));
                if (frames.isEmpty()) {
                    throw new MediaException(film + " ends before frame " + (loop.skip() + loop.frames()));
                }
                for (int i = 0; i < frames.get().count(); i++, done++) {
                    if (done >= 0) {
                        graph.push("film", picture.of(frames.get(), i, done));
                        graph.drain(sink);
                    }
                }
            }
            graph.push("film", null);
            graph.drain(sink);
        }
    }

    /** An encoder and the file it writes. */
    private final class Output implements AutoCloseable {

        private final AVCodecContext encoder;
        private final AVFormatContext muxer = new AVFormatContext(null);
        private final AVPacket packet;
        private AVStream stream;
        private boolean closed;

        Output(Kind kind, int width, int height, Path file) {
            AVCodec codec = FFmpeg.encoder(kind.encoder);
            encoder = FFmpeg.checkAllocated(avcodec_alloc_context3(codec), "an encoder");
            packet = FFmpeg.checkAllocated(av_packet_alloc(), "a packet");
            try {
                open(kind, codec, width, height, file);
            } catch (RuntimeException e) {
                close();
                throw e;
            }
        }

        private void open(Kind kind, AVCodec codec, int width, int height, Path file) {
            encoder.width(width).height(height).pix_fmt(kind.pixelFormat).thread_count(1);
            encoder.time_base().num(1).den(format.fps());
            encoder.framerate().num(format.fps()).den(1);
            FFmpeg.check(avformat_alloc_output_context2(muxer, null, kind.muxer, null), "write " + kind.muxer);
            AVDictionary options = FFmpeg.dictionary(kind.options);
            try {
                FFmpeg.check(avcodec_open2(encoder, codec, options), "start " + kind.encoder);
            } finally {
                av_dict_free(options);
            }
            stream = FFmpeg.checkAllocated(avformat_new_stream(muxer, null), "a stream");
            FFmpeg.check(avcodec_parameters_from_context(stream.codecpar(), encoder), "describe the pictures");
            stream.time_base(encoder.time_base());
            AVIOContext output = new AVIOContext(null);
            FFmpeg.check(avio_open(output, file.toString(), AVIO_FLAG_WRITE), "write " + file);
            muxer.pb(output);
            muxer.flags(muxer.flags() | AVFormatContext.AVFMT_FLAG_BITEXACT);
            AVDictionary endless = FFmpeg.dictionary(Map.of("loop", "0"));
            try {
                FFmpeg.check(avformat_write_header(muxer, endless), "write " + file);
            } finally {
                av_dict_free(endless);
            }
        }

        void encode(AVFrame frame) {
            frame.duration(1);
            FFmpeg.check(avcodec_send_frame(encoder, frame), "encode a picture");
            drain();
        }

        void finish() {
            FFmpeg.check(avcodec_send_frame(encoder, null), "end a loop");
            drain();
            FFmpeg.check(av_write_trailer(muxer), "write a loop");
        }

        private void drain() {
            int result = avcodec_receive_packet(encoder, packet);
            while (result >= 0) {
                packet.stream_index(0);
                av_packet_rescale_ts(packet, encoder.time_base(), stream.time_base());
                FFmpeg.check(av_write_frame(muxer, packet), "write a loop");
                av_packet_unref(packet);
                result = avcodec_receive_packet(encoder, packet);
            }
            if (result != AVERROR_EAGAIN() && result != AVERROR_EOF) {
                FFmpeg.check(result, "encode a picture");
            }
        }

        @Override
        public void close() {
            if (closed) {
                return;
            }
            closed = true;
            avcodec_free_context(encoder);
            av_packet_free(packet);
            if (!muxer.isNull()) {
                if (muxer.pb() != null) {
                    avio_closep(muxer.pb());
                }
                avformat_free_context(muxer);
            }
        }
    }
}
