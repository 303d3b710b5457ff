package dev.longtake.measure;

import dev.longtake.film.VideoFrames;
import dev.longtake.media.JpegEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Keeps a few frames of a film that passes by: the first, the last, evenly spaced ones between them, and those at which
 * the prompt changes. Not thread-safe.
 */
final class Filmstrip {

    /** Odd, so that the frame in the middle is among them. */
    private static final int STILLS = 9;
    private static final int STILLS_OF_A_LONG_FILM = 13;
    private static final int LONG = 200;
    private static final int QUANTIZER = 3;
    private static final int WIDTH = 128;
    private static final int MOST_WIDTH = 256;

    private final JpegEncoder jpeg = new JpegEncoder(QUANTIZER, WIDTH, MOST_WIDTH);
    private final Set<Integer> wanted;
    private final List<Still> stills = new ArrayList<>();
    private int seen;

    /**
     * @param frames of the film
     * @param scenes what it shows; may be empty
     */
    Filmstrip(int frames, List<Scene> scenes) {
        wanted = spaced(frames);
        for (Scene scene : scenes) {
            if (scene.frame() > 0 && scene.frame() < frames) {
                wanted.removeIf(frame -> frame > 0 && frame < frames - 1
                        && Math.abs(frame - scene.frame()) < frames / (4 * STILLS));
                wanted.add(scene.frame());
            }
        }
    }

    private static Set<Integer> spaced(int frames) {
        int count = frames < LONG ? STILLS : STILLS_OF_A_LONG_FILM;
        Set<Integer> spaced = new TreeSet<>();
        for (int i = 0; i < count; i++) {
            spaced.add((int) Math.round((double) i * (frames - 1) / (count - 1)));
        }
        return spaced;
    }

    /** Takes the film's next frames. */
    void accept(VideoFrames frames) {
        for (int i = 0; i < frames.count(); i++) {
            if (wanted.contains(seen)) {
                stills.add(new Still(seen, jpeg.encode(frames, i)));
            }
            seen++;
        }
    }

    List<Still> stills() {
        return List.copyOf(stills);
    }
}
