package dev.longtake.media;

import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_rescale_ts;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_unref;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_copy;
import static org.bytedeco.ffmpeg.global.avformat.AVIO_FLAG_WRITE;
import static org.bytedeco.ffmpeg.global.avformat.av_read_frame;
import static org.bytedeco.ffmpeg.global.avformat.av_write_frame;
import static org.bytedeco.ffmpeg.global.avformat.av_write_trailer;
import static org.bytedeco.ffmpeg.global.avformat.avformat_alloc_output_context2;
import static org.bytedeco.ffmpeg.global.avformat.avformat_close_input;
import static org.bytedeco.ffmpeg.global.avformat.avformat_find_stream_info;
import static org.bytedeco.ffmpeg.global.avformat.avformat_free_context;
import static org.bytedeco.ffmpeg.global.avformat.avformat_new_stream;
import static org.bytedeco.ffmpeg.global.avformat.avformat_open_input;
import static org.bytedeco.ffmpeg.global.avformat.avformat_write_header;
import static org.bytedeco.ffmpeg.global.avformat.avio_closep;
import static org.bytedeco.ffmpeg.global.avformat.avio_open;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EOF;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_free;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.UUID;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;

/**
 * Puts the segments of a film together into one MP4 file with its index in front, so that it plays while it is
 * being loaded. Nothing is encoded again. Collects the segments on disk, in files beside the target, so memory does
 * not grow with the film. Not thread-safe; blocks.
 */
public final class Remuxer implements AutoCloseable {

    private final Path target;
    private final Path segments;
    private final Path finished;
    private final OutputStream output;
    private boolean empty = true;

    /** @param target the file to be made; its directory must exist */
    public Remuxer(Path target) throws IOException {
        FFmpeg.load();
        this.target = target.toAbsolutePath();
        Path directory = this.target.getParent();
        // Not by createTempFile: nobody but us could read the finished file.
        String name = ".longtake-" + UUID.randomUUID();
        segments = directory.resolve(name + ".segments");
        finished = directory.resolve(name + ".mp4");
        output = Files.newOutputStream(segments, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    /** Adds the next segment of the film. */
    public void append(MediaSegment segment) throws IOException {
        if (empty) {
            output.write(segment.init());
            empty = false;
        }
        output.write(segment.media());
    }

    /**
     * Writes the file; it appears at once and whole.
     *
     * @throws IllegalStateException if nothing was appended
     */
    public void finish() throws IOException {
        if (empty) {
            throw new IllegalStateException("a film without frames has no file");
        }
        output.close();
        remux();
        Files.move(finished, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private void remux() {
        AVFormatContext input = new AVFormatContext(null);
        FFmpeg.check(avformat_open_input(input, segments.toString(), null, null), "read the segments");
        AVFormatContext muxer = new AVFormatContext(null);
        try {
            FFmpeg.check(avformat_find_stream_info(input, (AVDictionary) null), "read the segments");
            FFmpeg.check(avformat_alloc_output_context2(muxer, null, "mp4", finished.toString()), "write MP4");
            copy(input, muxer);
        } finally {
            avformat_close_input(input);
            if (!muxer.isNull()) {
                if (muxer.pb() != null) {
                    avio_closep(muxer.pb());
                }
                avformat_free_context(muxer);
            }
        }
    }

    private void copy(AVFormatContext input, AVFormatContext muxer) {
        AVStream from = input.streams(0);
        AVStream to = FFmpeg.checkAllocated(avformat_new_stream(muxer, null), "a stream");
        FFmpeg.check(avcodec_parameters_copy(to.codecpar(), from.codecpar()), "describe the video");
        to.time_base(from.time_base());
        to.avg_frame_rate(from.avg_frame_rate());
        AVIOContext file = new AVIOContext(null);
        FFmpeg.check(avio_open(file, finished.toString(), AVIO_FLAG_WRITE), "write " + target);
        muxer.pb(file);
        muxer.flags(muxer.flags() | AVFormatContext.AVFMT_FLAG_BITEXACT);
        muxer.metadata(FFmpeg.dictionary(Origin.METADATA));
        AVDictionary options = FFmpeg.dictionary(Map.of("movflags", "faststart"));
        try {
            FFmpeg.check(avformat_write_header(muxer, options), "write " + target);
        } finally {
            av_dict_free(options);
        }
        AVPacket packet = FFmpeg.checkAllocated(av_packet_alloc(), "a packet");
        try {
            int result = av_read_frame(input, packet);
            while (result >= 0) {
                av_packet_rescale_ts(packet, from.time_base(), to.time_base());
                packet.pos(-1);
                FFmpeg.check(av_write_frame(muxer, packet), "write " + target);
                av_packet_unref(packet);
                result = av_read_frame(input, packet);
            }
            if (result != AVERROR_EOF) {
                FFmpeg.check(result, "read the segments");
            }
        } finally {
            av_packet_free(packet);
        }
        FFmpeg.check(av_write_trailer(muxer), "write " + target);
    }

    /** Removes what was collected. Without {@link #finish} no file is left. */
    @Override
    public void close() throws IOException {
        output.close();
        Files.deleteIfExists(segments);
        Files.deleteIfExists(finished);
    }
}
