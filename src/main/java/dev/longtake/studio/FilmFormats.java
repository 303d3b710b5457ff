package dev.longtake.studio;

import dev.longtake.media.VideoFormat;
import dev.longtake.pack.PackManifest;
import java.util.Optional;

/**
 * Sizes of a pack's films.
 *
 * @param base     as they are made
 * @param enhanced refined; empty where the pack can't
 */
record FilmFormats(VideoFormat base, Optional<VideoFormat> enhanced) {

    static FilmFormats of(PackManifest manifest) {
        PackManifest.Video video = manifest.video();
        return new FilmFormats(
                new VideoFormat(video.width(), video.height(), video.fps()),
                manifest.enhancer().map(enhancer ->
                        new VideoFormat(enhancer.width(), enhancer.height(), video.fps())));
    }

    /** Films may have been refined with a pack that could. */
    VideoFormat of(Rendition rendition) {
        return rendition == Rendition.ENHANCED ? enhanced.orElse(base) : base;
    }
}
