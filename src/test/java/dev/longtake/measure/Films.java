package dev.longtake.measure;

import dev.longtake.director.Conditioning;
import dev.longtake.film.VideoFrames;
import dev.longtake.measure.FilmScores.Drift;
import dev.longtake.measure.FilmScores.Identity;
import dev.longtake.measure.FilmScores.Motion;
import dev.longtake.measure.FilmScores.Seam;
import dev.longtake.measure.FilmScores.Series;
import dev.longtake.measure.FilmScores.Stretch;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** Made-up results of films, as a builder: what isn't set was not measured. */
final class Films {

    private final Suite suite;
    private final int number;
    private final int frames;
    private Conditioning conditioning = Conditioning.WHOLE;
    private List<Scene> scenes = List.of(new Scene(0, "a cow in the snow", Map.of("actor", "cow", "weather", "snow")));
    private List<Integer> cuts = List.of();
    private PromptFit fit;
    private List<SegmentScores> segments = List.of();
    private Identity identity;
    private Motion motion;
    private Drift drift;
    private FilmPace pace;
    private Rendition rendition;
    private List<Double> flow;

    Films(Suite suite, int number, int frames) {
        this.suite = suite;
        this.number = number;
        this.frames = frames;
    }

    Films conditioning(boolean cam, boolean apm) {
        conditioning = new Conditioning(cam, apm);
        return this;
    }

    /** @param pattern of the flow, over and over */
    Films rendition(Rendition done, Double... pattern) {
        rendition = done;
        flow = IntStream.range(0, frames - 1).mapToObj(i -> pattern[i % pattern.length]).toList();
        return this;
    }

    Films scenes(Scene... shown) {
        scenes = List.of(shown);
        return this;
    }

    Films cuts(Integer... at) {
        cuts = List.of(at);
        return this;
    }

    Films right(Map<String, Integer> right) {
        fit = new PromptFit(frames, right.keySet().stream().collect(
                java.util.stream.Collectors.toMap(kind -> kind, kind -> frames)), right);
        return this;
    }

    /** A new prompt at frame 80 that shows after so many frames; null: never. */
    Films switched(Integer after) {
        segments = List.of(new SegmentScores(0, Map.of("weather", "clear"), PromptFit.NONE, Set.of(), null),
                new SegmentScores(80, Map.of("weather", "snow"), PromptFit.NONE, Set.of("weather"), after));
        return this;
    }

    Films identity(double share) {
        identity = new Identity("cow", share, List.of(share));
        return this;
    }

    Films motion(double first, double last) {
        motion = new Motion(first, last, first == 0 ? null : last / first);
        return this;
    }

    Films drift(double accuracyBefore, double accuracyAfter, double sharpness, double colour) {
        Stretch start = new Stretch(20, List.of(100.0, 100.0, 100.0), 40, accuracyBefore);
        Stretch end = new Stretch(20 * sharpness, List.of(100 * colour, 100.0, 100.0), 40, accuracyAfter);
        drift = new Drift(start, end, sharpness, colour, 1.0, accuracyAfter / accuracyBefore);
        return this;
    }

    Films pace(double first, Double... chunks) {
        pace = new FilmPace(first, List.of(chunks), 8, 2);
        return this;
    }

    FilmResult result() {
        Trial trial = new Trial(suite, number, conditioning, scenes, frames, 41 + number, null, rendition);
        Series series = new Series(
                flow != null ? flow : DoubleStream.iterate(0, t -> t + 0.3).limit(frames - 1).map(t -> 2 + Math.sin(t)).boxed().toList(),
                DoubleStream.iterate(0, t -> t + 0.7).limit(frames - 1).map(t -> 5 + 4 * Math.sin(t)).boxed().toList(),
                fit == null ? List.of() : IntStream.range(0, frames).mapToObj(frame -> frame % 20 != 7).toList());
        FilmScores scores = new FilmScores(frames, cuts, 3.25, 1.5, 0, 2.0, 5.0, fit, segments, identity, motion, drift,
                new Seam(2.2, 2, 1.1, 6, 5, 1.2), series);
        Filmstrip filmstrip = new Filmstrip(frames, scenes);
        for (int frame = 0; frame < frames; frame++) {
            filmstrip.accept(picture(frame));
        }
        return new FilmResult(trial, scores, pace, filmstrip.stills());
    }

    /** A frame of 64 × 64 whose brightness is its number. */
    static VideoFrames picture(int frame) {
        byte[] rgb = new byte[64 * 64 * 3];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) Math.min(255, frame);
        }
        return new VideoFrames(1, 64, 64, rgb);
    }
}
