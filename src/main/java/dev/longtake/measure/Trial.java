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
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Trial(
        Suite suite,
        int number,
        Conditioning conditioning,
        List<Scene> scenes,
        int frames,
        long seed,
        String video) {

    public Trial {
        scenes = List.copyOf(scenes);
    }

    /** A name for files, unique within an evaluation, such as {@code ablations-without-cam-003}. */
    public String id() {
        String without = (conditioning.cam() ? "" : "without-cam-") + (conditioning.apm() ? "" : "without-apm-");
        return String.format(Locale.ROOT, "%s-%s%03d", suite.label(), without, number);
    }

    /** Whether the whole model makes it. */
    public boolean whole() {
        return conditioning.equals(Conditioning.WHOLE);
    }

    Timeline timeline() {
        return new Timeline(scenes.stream().map(scene -> new PromptChange(scene.frame(), scene.prompt())).toList());
    }

    List<Segment> segments() {
        return scenes.stream().map(scene -> new Segment(scene.frame(), scene.expected())).toList();
    }
}
