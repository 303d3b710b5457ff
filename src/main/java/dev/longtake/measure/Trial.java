package dev.longtake.measure;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.longtake.director.Conditioning;
import dev.longtake.film.PromptChange;
import dev.longtake.film.Timeline;
import java.util.List;
import java.util.Locale;

/**
 * One film to be measured.
 *
 * @param number       within its suite, from 1
 * @param conditioning what its later chunks see of the film so far
 * @param scenes       what it must show; the first from frame 0; empty where nothing is asked
 * @param video        the file it is read from; null for a film that the pack makes
 * @param rendition    what is done to it after it was made; null for nothing
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Trial(
        Suite suite,
        int number,
        Conditioning conditioning,
        List<Scene> scenes,
        int frames,
        long seed,
        String video,
        Rendition rendition) {

    public Trial {
        scenes = List.copyOf(scenes);
    }

    /** A film that nothing more is done to. */
    public Trial(Suite suite, int number, Conditioning conditioning, List<Scene> scenes, int frames, long seed,
            String video) {
        this(suite, number, conditioning, scenes, frames, seed, video, null);
    }

    /** A name for files, unique within an evaluation, such as {@code ablations-without-cam-003}. */
    public String id() {
        String without = (conditioning.cam() ? "" : "without-cam-") + (conditioning.apm() ? "" : "without-apm-");
        String done = rendition == null ? "" : rendition.name().toLowerCase(Locale.ROOT).replace('_', '-') + "-";
        return String.format(Locale.ROOT, "%s-%s%s%03d", suite.label(), without, done, number);
    }

    /** Whether the whole model makes it, and nothing more is done to it. */
    public boolean whole() {
        return conditioning.equals(Conditioning.WHOLE) && rendition == null;
    }

    Timeline timeline() {
        return new Timeline(scenes.stream().map(scene -> new PromptChange(scene.frame(), scene.prompt())).toList());
    }

    List<Segment> segments() {
        return scenes.stream().map(scene -> new Segment(scene.frame(), scene.expected())).toList();
    }
}
