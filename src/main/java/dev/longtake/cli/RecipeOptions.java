package dev.longtake.cli;

import dev.longtake.director.SamplingWish;
import dev.longtake.film.InvalidFieldException;
import dev.longtake.film.PromptChange;
import dev.longtake.film.Recipe;
import dev.longtake.film.StartImage;
import dev.longtake.film.Timeline;
import dev.longtake.media.StartImages;
import dev.longtake.pack.PackManifest;
import dev.longtake.studio.RecipeFile;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options that say which film to make; use it as a {@code @Mixin}. */
final class RecipeOptions {

    /** Seeds that are drawn stay short enough to be typed again, and exact in JSON. */
    private static final long LARGEST_DRAWN_SEED = 1L << 32;

    private static final int USUAL_FRAMES = 80;

    @Option(names = "--prompt", paramLabel = "TEXT", description = "What to show.")
    private String prompt;

    @Option(names = "--image", paramLabel = "FILE",
            description = "Begin with this picture (JPEG, PNG, WebP, GIF, BMP or TIFF), cut to the film's shape.")
    private Path image;

    @Option(names = "--recipe", paramLabel = "FILE",
            description = "Make the film of a recipe.json again; of the other options about the film only --frames and"
                    + " --enhance can be given.")
    private Path recipe;

    @Option(names = "--frames", paramLabel = "N",
            description = "Length of the film in frames (default: " + USUAL_FRAMES + ").")
    private Integer frames;

    @Option(names = "--seed", paramLabel = "S",
            description = "The same seed and options make the same film (default: drawn).")
    private Long seed;

    @Option(names = "--then", paramLabel = "FRAME: TEXT", converter = PromptLine.class,
            description = "What to show from a frame on, such as \"24: it starts to rain\"; \"24/3: …\" fades over"
                    + " 3 chunks. Can be given several times.")
    private List<PromptChange> changes = new ArrayList<>();

    @Option(names = "--negative", paramLabel = "TEXT", description = "What not to show.")
    private String negative;

    @Option(names = "--enhance",
            description = "Refine the film, at the size of the pack's enhancer; takes about twice as long.")
    private boolean enhance;

    @Mixin
    private SamplingOptions samplingOptions;

    /**
     * Whether the film is to be refined: by option, or since the recipe says so.
     *
     * @throws InvalidFieldException if the pack can't
     * @throws IOException           if the file of a recipe can't be read
     */
    boolean enhanced(PackManifest manifest) throws IOException {
        boolean wished = enhance || recipe != null && Boolean.TRUE.equals(read(recipe).getValue("enhance"));
        if (wished && manifest.enhancer().isEmpty()) {
            throw new InvalidFieldException("enhance", true, "left out: the pack \"" + manifest.name() + "\" has no enhancer");
        }
        return wished;
    }

    /**
     * The recipe for a pack, and the picture that its film begins with.
     *
     * @throws InvalidFieldException if an option is out of range
     * @throws IOException           if the file of a recipe can't be read
     */
    RecipeFile.Contents recipe(PackManifest manifest) throws IOException {
        requireRecipeOrPrompt();
        if (recipe != null) {
            return RecipeFile.read(recipe, manifest, frames == null ? OptionalInt.empty() : OptionalInt.of(frames));
        }
        Timeline timeline = Timeline.of(prompt);
        for (PromptChange change : changes) {
            if (timeline.changes().stream().anyMatch(other -> other.frame() == change.frame())) {
                throw new InvalidFieldException("--then", change.frame() + ": " + change.prompt(),
                        "at a frame of its own, after 0");
            }
            timeline = timeline.with(change);
        }
        String negativePrompt = negative == null ? "" : negative;
        SamplingWish.Sampling sampling = samplingOptions.sampling(manifest, negativePrompt);
        Optional<StartImage> start = startImage(manifest);
        Recipe whole = new Recipe(
                manifest.name(),
                timeline,
                negativePrompt,
                frames == null ? USUAL_FRAMES : frames,
                seed == null ? ThreadLocalRandom.current().nextLong(LARGEST_DRAWN_SEED) : seed,
                sampling.mode(),
                sampling.steps(),
                sampling.guidanceScale());
        return new RecipeFile.Contents(whole.withImage(start.map(StartImage::digest).orElse(null)), start);
    }

    private Optional<StartImage> startImage(PackManifest manifest) throws IOException {
        if (image == null) {
            return Optional.empty();
        }
        if (!manifest.startsFromImages()) {
            throw new InvalidFieldException("--image", image, "left out: the pack \"" + manifest.name()
                    + "\" can't begin with a picture");
        }
        StartImages images = new StartImages(manifest.video().width(), manifest.video().height());
        return Optional.of(images.read("--image", picture()));
    }

    /** Not read if it is far too large: somebody may have missed the file they meant. */
    private byte[] picture() throws IOException {
        if (!Files.isRegularFile(image)) {
            throw new UsageException("--image: there is no file " + image);
        }
        if (Files.size(image) > StartImages.LARGEST_FILE) {
            throw new InvalidFieldException("--image", image + ", a file of " + Files.size(image) + " bytes",
                    "a picture of at most " + StartImages.LARGEST_FILE + " bytes");
        }
        return Files.readAllBytes(image);
    }

    private void requireRecipeOrPrompt() {
        boolean others = !Stream.of(prompt, seed, negative, image).allMatch(Objects::isNull)
                || !changes.isEmpty() || !samplingOptions.arguments().isEmpty();
        if (recipe != null && others) {
            throw new InvalidFieldException("--recipe", recipe, "given without other options about the film but --frames and --enhance");
        }
        if (recipe == null && prompt == null) {
            throw new InvalidFieldException("--prompt", null, "given, unless --recipe is");
        }
    }

    /**
     * The same wishes as a studio takes them; what is not wished is left to the studio, and so is what is wrong.
     *
     * @throws IOException if the file of a recipe can't be read
     */
    JsonObject request() throws IOException {
        requireRecipeOrPrompt();
        if (recipe != null) {
            JsonObject request = read(recipe);
            if (Boolean.TRUE.equals(request.remove("endless")) && frames == null) {
                throw new InvalidFieldException("frames", null, "given, for the film of this recipe has no end");
            }
            if (enhance) {
                request.put("enhance", true);
            }
            return frames == null ? request : request.put("frames", frames);
        }
        JsonObject request = new JsonObject()
                .put("prompt", prompt)
                .put("frames", frames == null ? USUAL_FRAMES : frames);
        if (seed != null) {
            request.put("seed", seed);
        }
        if (negative != null) {
            request.put("negativePrompt", negative);
        }
        if (image != null) {
            // What it is, the studio sees for itself.
            request.put("image", "data:application/octet-stream;base64,"
                    + Base64.getEncoder().encodeToString(picture()));
        }
        if (enhance) {
            request.put("enhance", true);
        }
        samplingOptions.addTo(request);
        JsonArray timeline = new JsonArray();
        changes.forEach(change -> timeline.add(new JsonObject()
                .put("frame", change.frame())
                .put("prompt", change.prompt())
                .put("transition", change.transition())));
        return timeline.isEmpty() ? request : request.put("timeline", timeline);
    }

    private static JsonObject read(Path recipe) throws IOException {
        try {
            return new JsonObject(Files.readString(recipe));
        } catch (DecodeException e) {
            throw new InvalidFieldException("--recipe", recipe, "a file of JSON, as recipe.json is");
        }
    }
}
