package dev.longtake.cli;

import dev.longtake.director.SamplingWish;
import dev.longtake.film.InvalidFieldException;
import dev.longtake.film.PromptChange;
import dev.longtake.film.Recipe;
import dev.longtake.film.Timeline;
import dev.longtake.pack.PackManifest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options that say which film to make; use it as a {@code @Mixin}. */
final class RecipeOptions {

    /** Seeds that are drawn stay short enough to be typed again, and exact in JSON. */
    private static final long LARGEST_DRAWN_SEED = 1L << 32;

    @Option(names = "--prompt", paramLabel = "TEXT", required = true, description = "What to show.")
    private String prompt;

    @Option(names = "--frames", paramLabel = "N", defaultValue = "80",
            description = "Length of the film in frames (default: 80).")
    private int frames;

    @Option(names = "--seed", paramLabel = "S",
            description = "The same seed and options make the same film (default: drawn).")
    private Long seed;

    @Option(names = "--then", paramLabel = "FRAME: TEXT", converter = PromptLine.class,
            description = "What to show from a frame on, such as \"24: it starts to rain\"; \"24/3: …\" fades over"
                    + " 3 chunks. Can be given several times.")
    private List<PromptChange> changes = new ArrayList<>();

    @Option(names = "--negative", paramLabel = "TEXT", defaultValue = "", description = "What not to show.")
    private String negative;

    @Mixin
    private SamplingOptions samplingOptions;

    /**
     * The recipe for a pack.
     *
     * @throws InvalidFieldException if an option is out of range
     */
    Recipe recipe(PackManifest manifest) {
        Timeline timeline = Timeline.of(prompt);
        for (PromptChange change : changes) {
            if (timeline.changes().stream().anyMatch(other -> other.frame() == change.frame())) {
                throw new InvalidFieldException("--then", change.frame() + ": " + change.prompt(),
                        "at a frame of its own, after 0");
            }
            timeline = timeline.with(change);
        }
        SamplingWish.Sampling sampling = samplingOptions.sampling(manifest, negative);
        return new Recipe(
                manifest.name(),
                timeline,
                negative,
                frames,
                seed == null ? ThreadLocalRandom.current().nextLong(LARGEST_DRAWN_SEED) : seed,
                sampling.mode(),
                sampling.steps(),
                sampling.guidanceScale());
    }
}
