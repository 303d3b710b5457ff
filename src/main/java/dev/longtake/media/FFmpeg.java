package dev.longtake.media;

import static org.bytedeco.ffmpeg.global.avcodec.avcodec_find_encoder_by_name;
import static org.bytedeco.ffmpeg.global.avutil.AV_LOG_ERROR;
import static org.bytedeco.ffmpeg.global.avutil.av_log_set_level;
import static org.bytedeco.ffmpeg.global.avutil.av_strerror;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.Pointer;

/** What every user of FFmpeg's C interface needs. */
final class FFmpeg {

    private static final int LONGEST_MESSAGE = 256;

    static {
        // JavaCPP refuses to allocate once the process is larger than a few Java heaps; a network's weights are.
        System.getProperties().putIfAbsent("org.bytedeco.javacpp.maxPhysicalBytes", "0");
        av_log_set_level(AV_LOG_ERROR);
    }

    private FFmpeg() {}

    /** To be called before any other use of FFmpeg. */
    static void load() {
        // The static initialiser does it.
    }

    /** @return {@code code} if it is no error */
    static int check(int code, String what) {
        if (code < 0) {
            byte[] message = new byte[LONGEST_MESSAGE];
            av_strerror(code, message, message.length);
            int end = 0;
            while (end < message.length && message[end] != 0) {
                end++;
            }
            throw new MediaException("FFmpeg cannot " + what + ": "
                    + new String(message, 0, end, StandardCharsets.UTF_8));
        }
        return code;
    }

    static <P extends Pointer> P checkAllocated(P pointer, String what) {
        if (pointer == null || pointer.isNull()) {
            throw new MediaException("FFmpeg cannot allocate " + what);
        }
        return pointer;
    }

    /** Fails if this FFmpeg lacks the encoder, where FFmpeg itself would quietly take another codec. */
    static AVCodec encoder(String name) {
        AVCodec codec = avcodec_find_encoder_by_name(name);
        if (codec == null || codec.isNull()) {
            throw new MediaException("this FFmpeg has no encoder \"" + name + "\"");
        }
        return codec;
    }

    /** To be freed by the caller. */
    static AVDictionary dictionary(Map<String, String> entries) {
        AVDictionary dictionary = new AVDictionary(null);
        entries.forEach((key, value) ->
                check(avutil.av_dict_set(dictionary, key, value, 0), "set the option " + key));
        return dictionary;
    }
}
