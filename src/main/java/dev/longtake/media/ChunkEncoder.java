package dev.longtake.media;

import static org.bytedeco.ffmpeg.global.avcodec.av_packet_rescale_ts;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_from_context;
import static org.bytedeco.ffmpeg.global.avformat.av_write_frame;
import static org.bytedeco.ffmpeg.global.avformat.av_write_trailer;
import static org.bytedeco.ffmpeg.global.avformat.avformat_alloc_output_context2;
import static org.bytedeco.ffmpeg.global.avformat.avformat_free_context;
import static org.bytedeco.ffmpeg.global.avformat.avformat_new_stream;
import static org.bytedeco.ffmpeg.global.avformat.avformat_write_header;
import static org.bytedeco.ffmpeg.global.avformat.avio_close_dyn_buf;
import static org.bytedeco.ffmpeg.global.avformat.avio_flush;
import static org.bytedeco.ffmpeg.global.avformat.avio_open_dyn_buf;
import static org.bytedeco.ffmpeg.global.avformat.avio_tell;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_free;
import static org.bytedeco.ffmpeg.global.avutil.av_free;

import dev.longtake.film.VideoFrames;
import java.util.Arrays;
import java.util.Map;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.javacpp.BytePointer;

/**
 * Frames of a chunk to a piece of fragmented MP4: H.264 (constrained baseline, yuv420p), one fragment with one
 * keyframe, the first, at its own place in the film's time. A chunk's bytes depend on nothing but its frames and
 * its place. Stateless and safe to use from any thread.
 */
public final class ChunkEncoder {

    /**
     * empty_moov: the init segment needs no frame; default_base_moof: what Media Source Extensions demand;
     * frag_discont: a fragment's time is that of its first frame even though this muxer sees no earlier one;
     * skip_trailer: no index at the end of every segment.
     */
    private static final String MOVFLAGS = "empty_moov+default_base_moof+frag_keyframe+frag_discont+skip_trailer";

    private final VideoFormat format;

    public ChunkEncoder(VideoFormat format) {
        FFmpeg.load();
        this.format = format;
    }

    /**
     * @param frames     at least one
     * @param firstFrame place of the first in the film
     */
    public MediaSegment encode(VideoFrames frames, long firstFrame) {
        if (frames.count() < 1 || firstFrame < 0) {
            throw new IllegalArgumentException(frames.count() + " frames from frame " + firstFrame + " on");
        }
        try {
            return encode(frames, firstFrame, H264Encoder.Quality.FINE);
        } catch (MediaException tooMuchDetail) {
            return encode(frames, firstFrame, H264Encoder.Quality.COARSE);
        }
    }

    private MediaSegment encode(VideoFrames frames, long firstFrame, H264Encoder.Quality quality) {
        AVFormatContext muxer = new AVFormatContext(null);
        FFmpeg.check(avformat_alloc_output_context2(muxer, null, "mp4", null), "write MP4");
        try (H264Encoder encoder = new H264Encoder(format, quality)) {
            AVStream stream = addStream(muxer, encoder.context());
            AVIOContext output = new AVIOContext(null);
            FFmpeg.check(avio_open_dyn_buf(output), "allocate a buffer");
            muxer.pb(output);
            long initSize;
            byte[] all;
            try {
                initSize = writeHeader(muxer);
                encoder.encode(frames, firstFrame, packet -> {
                    av_packet_rescale_ts(packet, encoder.context().time_base(), stream.time_base());
                    packet.stream_index(0);
                    FFmpeg.check(av_write_frame(muxer, packet), "write MP4");
                });
                FFmpeg.check(av_write_trailer(muxer), "write MP4");
            } finally {
                all = take(output);
            }
            return new MediaSegment(
                    Arrays.copyOf(all, (int) initSize), Arrays.copyOfRange(all, (int) initSize, all.length));
        } finally {
            avformat_free_context(muxer);
        }
    }

    private static AVStream addStream(AVFormatContext muxer, AVCodecContext encoder) {
        AVStream stream = FFmpeg.checkAllocated(avformat_new_stream(muxer, null), "a stream");
        FFmpeg.check(avcodec_parameters_from_context(stream.codecpar(), encoder), "describe the video");
        stream.time_base(encoder.time_base());
        stream.avg_frame_rate(encoder.framerate());
        return stream;
    }

    /** @return size of the init segment */
    private static long writeHeader(AVFormatContext muxer) {
        muxer.flags(muxer.flags() | AVFormatContext.AVFMT_FLAG_BITEXACT);
        // By default the muxer moves the first frame it sees to time 0.
        muxer.avoid_negative_ts(AVFormatContext.AVFMT_AVOID_NEG_TS_DISABLED);
        muxer.metadata(FFmpeg.dictionary(Origin.METADATA));
        AVDictionary options = FFmpeg.dictionary(Map.of("movflags", MOVFLAGS, "use_editlist", "0"));
        try {
            FFmpeg.check(avformat_write_header(muxer, options), "write MP4");
        } finally {
            av_dict_free(options);
        }
        avio_flush(muxer.pb());
        return avio_tell(muxer.pb());
    }

    private static byte[] take(AVIOContext output) {
        BytePointer buffer = new BytePointer((BytePointer) null);
        int size = avio_close_dyn_buf(output, buffer);
        byte[] bytes = new byte[size];
        buffer.capacity(size).get(bytes);
        av_free(buffer);
        return bytes;
    }
}
