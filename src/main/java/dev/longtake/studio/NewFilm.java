package dev.longtake.studio;

import dev.longtake.director.SamplingWish;
import dev.longtake.film.Enhancement;
import dev.longtake.film.EnhancementPlan;
import dev.longtake.film.Film;
import dev.longtake.film.InvalidFieldException;
import dev.longtake.film.Mode;
import dev.longtake.film.PackEdition;
import dev.longtake.film.PromptChange;
import dev.longtake.film.Recipe;
import dev.longtake.film.SeedChange;
import dev.longtake.film.StartImage;
import dev.longtake.film.Timeline;
import dev.longtake.media.StartImages;
import dev.longtake.pack.PackManifest;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Body of {@code POST /api/films} and content of {@code recipe.json}. Every field but the first may be null and is then
 * the pack's default; either {@code frames} or {@code endless} is needed.
 *
 * @param prompt   what to show from the first frame on
 * @param frames   length of the film; null for an endless one
 * @param endless  whether it is to go on until it is stopped; null for no
 * @param seed     a number that JavaScript holds exactly; null for a random one
 * @param enhance  whether to refine it; null for no
 * @param pack     name of the pack this server runs
 * @param mode     {@code fast} or {@code careful}; null for what {@link SamplingWish} chooses
 * @param timeline later changes of the prompt
 * @param seeds    later changes of the seed, as films that are takes have them
 * @param image    the picture that the film begins with, as a data URI; null for none
 * @param made     what the film was made with that this is the recipe of
 */
record NewFilm(
        String prompt,
        Integer frames,
        Boolean endless,
        String negativePrompt,
        Long seed,
        String mode,
        Integer steps,
        Double guidance,
        Boolean enhance,
        String pack,
        List<Change> timeline,
        List<Reseed> seeds,
        String image,
        Made made) {

    /** Largest whole number that a JSON reader with 64-bit floats keeps exactly, 2^53 - 1. */
    static final long LARGEST_SEED = (1L << 53) - 1;

    private static final int MOST_CHANGES = 1000;
    private static final String PNG = "data:image/png;base64,";
    private static final String DATA_URI = "a picture as a data URI, such as data:image/jpeg;base64,/9j/4AAQ…";

    /** A later prompt; {@code transition} may be null. */
    record Change(Integer frame, String prompt, Integer transition) { }

    /** A later seed. */
    record Reseed(Integer frame, Long seed) { }

    /**
     * What makes a recipe give the same film again.
     *
     * @param longtake    version of the program that wrote this; says nothing about pixels
     * @param packVersion how the pack called itself
     * @param packDigest  what tells the pack from others, see {@link PackEdition}
     */
    record Made(String longtake, String packVersion, String packDigest) { }

    /**
     * What makes a film again.
     *
     * @param image the picture that the film begins with, as a PNG, where it may be shown; without it, this makes another
     *              film, and says nothing of what the film was made with
     */
    static NewFilm of(Film film, Optional<Buffer> image) {
        Recipe recipe = film.recipe();
        PackEdition edition = recipe.edition();
        List<Change> later = recipe.timeline().changes().stream()
                .filter(change -> change.frame() > 0)
                .map(change -> new Change(change.frame(), change.prompt(), change.transition()))
                .toList();
        return new NewFilm(
                recipe.timeline().changes().get(0).prompt(),
                film.endless() ? null : recipe.frames(),
                film.endless() ? true : null,
                recipe.negativePrompt(),
                recipe.seed(),
                recipe.mode().word(),
                recipe.steps(),
                recipe.guidanceScale(),
                film.enhancement().isPresent() ? true : null,
                recipe.pack(),
                later,
                reseeds(recipe),
                image.map(png -> PNG + Base64.getEncoder().encodeToString(png.getBytes())).orElse(null),
                recipe.fromImage() && image.isEmpty() ? null : new Made(
                        Release.VERSION,
                        edition == null ? null : edition.version(),
                        edition == null ? null : edition.digest()));
    }

    /**
     * The picture that the film is to begin with; takes a moment.
     *
     * @throws InvalidFieldException if it is none, or {@code manifest}'s pack can't begin with one
     */
    Optional<StartImage> startImage(PackManifest manifest) {
        if (image == null) {
            return Optional.empty();
        }
        if (!manifest.startsFromImages()) {
            throw new InvalidFieldException("image", image, "left out: the pack " + manifest.name()
                    + " can't begin with a picture (it has no network vae_encoder)");
        }
        int comma = image.indexOf(',');
        if (comma < 0 || !image.startsWith("data:") || !image.startsWith(";base64", comma - ";base64".length())) {
            throw new InvalidFieldException("image", image, DATA_URI);
        }
        byte[] file;
        try {
            file = Base64.getDecoder().decode(image.substring(comma + 1));
        } catch (IllegalArgumentException e) {
            throw new InvalidFieldException("image", image, DATA_URI);
        }
        return Optional.of(new StartImages(manifest.video().width(), manifest.video().height()).read("image", file));
    }

    /** Null where there are none. */
    static List<Reseed> reseeds(Recipe recipe) {
        return recipe.seeds().isEmpty()
                ? null
                : recipe.seeds().stream().map(change -> new Reseed(change.frame(), change.seed())).toList();
    }

    boolean withoutEnd() {
        return Boolean.TRUE.equals(endless);
    }

    /**
     * How the film is to be refined.
     *
     * @return empty if it is not to be
     * @throws InvalidFieldException if {@code manifest}'s pack can't
     */
    Optional<Enhancement> enhancement(PackManifest manifest, Recipe recipe) {
        return Boolean.TRUE.equals(enhance)
                ? Optional.of(Enhancement.begun(requireEnhancer("enhance", manifest, recipe)))
                : Optional.empty();
    }

    /** @throws InvalidFieldException if the pack has none, naming the {@code field} that asked for one */
    static EnhancementPlan requireEnhancer(String field, PackManifest manifest, Recipe recipe) {
        return manifest.enhancementPlan(recipe).orElseThrow(() -> new InvalidFieldException(
                field, true, "false: the pack " + manifest.name() + " has no enhancer"));
    }

    /**
     * The recipe that this asks for on {@code manifest}'s pack.
     *
     * @param longest frames after which an endless film ends
     * @param start   {@link #startImage}
     * @throws InvalidFieldException naming the first field that is wrong
     */
    Recipe toRecipe(PackManifest manifest, int longest, Optional<StartImage> start) {
        if (pack != null && !pack.equals(manifest.name())) {
            throw new InvalidFieldException("pack", pack, manifest.name() + ", the pack this server runs");
        }
        SamplingWish.Sampling sampling =
                new SamplingWish(mode == null ? null : Mode.parse(mode), steps, guidance).on(manifest, negativePrompt);
        return new Recipe(
                manifest.name(),
                new Timeline(changes()),
                negativePrompt,
                length(longest),
                chosenSeed(),
                sampling.mode(),
                sampling.steps(),
                sampling.guidanceScale(),
                seedChanges(),
                sameEdition(manifest, start.isPresent()),
                start.map(StartImage::digest).orElse(null));
    }

    private PackEdition sameEdition(PackManifest manifest, boolean fromImage) {
        PackEdition edition = manifest.edition(fromImage);
        if (made != null && made.packDigest() != null && !made.packDigest().equals(edition.digest())) {
            throw new InvalidFieldException("made.packDigest", made.packDigest(), edition.digest() + " (" + manifest.name()
                    + " " + edition.version() + ", the pack here); without \"made\" the recipe makes a film, but not the"
                    + " same one");
        }
        return edition;
    }

    private int length(int longest) {
        if (withoutEnd() && frames != null) {
            throw new InvalidFieldException("frames", frames, "left out where the film is to be endless");
        }
        return withoutEnd() ? longest : Inputs.require("frames", frames, "1 to " + Recipe.LONGEST_FILM);
    }

    private List<SeedChange> seedChanges() {
        List<SeedChange> changes = new ArrayList<>();
        for (Reseed change : seeds == null ? List.<Reseed>of() : seeds) {
            if (change == null || change.seed() == null) {
                throw new InvalidFieldException("seeds", null, "a list of {frame, seed}");
            }
            int frame = Inputs.require("seeds.frame", change.frame(), "1 or more");
            changes.add(new SeedChange(frame, Inputs.seed("seeds.seed", change.seed())));
        }
        return changes;
    }

    private List<PromptChange> changes() {
        List<PromptChange> changes = new ArrayList<>();
        changes.add(new PromptChange(0, prompt));
        if (timeline != null && timeline.size() > MOST_CHANGES) {
            throw new InvalidFieldException("timeline", timeline.size() + " prompts", "at most " + MOST_CHANGES);
        }
        for (Change change : timeline == null ? List.<Change>of() : timeline) {
            if (change == null) {
                throw new InvalidFieldException("timeline", null, "a list of {frame, prompt}");
            }
            int frame = Inputs.require("timeline.frame", change.frame(), "1 or more");
            if (frame < 1) {
                throw new InvalidFieldException("timeline.frame", frame, "1 or more (prompt is what acts from 0)");
            }
            changes.add(new PromptChange(frame, change.prompt(), Inputs.orElse(change.transition(), 1)));
        }
        return changes;
    }

    private long chosenSeed() {
        if (seed == null) {
            return ThreadLocalRandom.current().nextLong(1L << 32);
        }
        return Inputs.seed("seed", seed);
    }
}
