package dev.longtake.media;

import static org.bytedeco.ffmpeg.global.avfilter.av_buffersink_get_frame;
import static org.bytedeco.ffmpeg.global.avfilter.av_buffersrc_add_frame_flags;
import static org.bytedeco.ffmpeg.global.avfilter.AV_BUFFERSRC_FLAG_KEEP_REF;
import static org.bytedeco.ffmpeg.global.avfilter.avfilter_graph_alloc;
import static org.bytedeco.ffmpeg.global.avfilter.avfilter_graph_config;
import static org.bytedeco.ffmpeg.global.avfilter.avfilter_graph_free;
import static org.bytedeco.ffmpeg.global.avfilter.avfilter_graph_get_filter;
import static org.bytedeco.ffmpeg.global.avfilter.avfilter_graph_parse2;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EOF;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_unref;
import static org.bytedeco.ffmpeg.presets.avutil.AVERROR_EAGAIN;

import java.util.function.Consumer;
import org.bytedeco.ffmpeg.avfilter.AVFilterContext;
import org.bytedeco.ffmpeg.avfilter.AVFilterGraph;
import org.bytedeco.ffmpeg.avfilter.AVFilterInOut;
import org.bytedeco.ffmpeg.avutil.AVFrame;

/** Pictures through FFmpeg's filters. Not thread-safe. */
final class FilterGraph implements AutoCloseable {

    /** Ends the text of every graph. */
    static final String SINK = "buffersink@out";

    private final AVFilterGraph graph;
    private final AVFrame output;

    /** @param text what {@code ffmpeg -filter_complex} would take, from {@link #source}s to {@link #SINK} */
    FilterGraph(String text) {
        graph = FFmpeg.checkAllocated(avfilter_graph_alloc(), "a filter graph");
        graph.nb_threads(1);
        output = FFmpeg.checkAllocated(av_frame_alloc(), "a frame");
        try {
            FFmpeg.check(
                    avfilter_graph_parse2(graph, text, new AVFilterInOut(null), new AVFilterInOut(null)),
                    "understand the filters " + text);
            FFmpeg.check(avfilter_graph_config(graph, null), "set up the filters " + text);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Where pictures of this kind come in. */
    static String source(String name, int width, int height, String pixelFormat, int fps) {
        return "buffer@" + name + "=video_size=" + width + "x" + height + ":pix_fmt=" + pixelFormat
                + ":time_base=1/" + fps;
    }

    /** @param frame stays its owner's; null if there are no more */
    void push(String source, AVFrame frame) {
        FFmpeg.check(
                av_buffersrc_add_frame_flags(filter("buffer@" + source), frame, AV_BUFFERSRC_FLAG_KEEP_REF),
                "filter a picture");
    }

    /** Hands out what has come through; each picture is valid during the call. */
    void drain(Consumer<AVFrame> sink) {
        AVFilterContext out = filter(SINK);
        int result = av_buffersink_get_frame(out, output);
        while (result >= 0) {
            sink.accept(output);
            av_frame_unref(output);
            result = av_buffersink_get_frame(out, output);
        }
        if (result != AVERROR_EAGAIN() && result != AVERROR_EOF) {
            FFmpeg.check(result, "filter a picture");
        }
    }

    private AVFilterContext filter(String name) {
        return FFmpeg.checkAllocated(avfilter_graph_get_filter(graph, name), "the filter " + name);
    }

    @Override
    public void close() {
        av_frame_free(output);
        avfilter_graph_free(graph);
    }
}
