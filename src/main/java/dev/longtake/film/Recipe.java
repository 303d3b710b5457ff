package dev.longtake.film;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Everything that decides a film's pixels: the same recipe on the same pack and kind of device gives the same
 * film, bit for bit.
 *
 * @param pack           name of the model pack
 * @param timeline       what to show, and from when on
 * @param negativePrompt what not to show, may be empty
 * @param frames         length of the film, 1 to {@value #LONGEST_FILM}
 * @param seed           any number; acts until the first of {@code seeds}
 * @param mode           null where it was stored before there were modes: careful
 * @param steps          denoising steps of each chunk, 1 to {@value #MOST_STEPS}
 * @param guidanceScale  classifier-free guidance, 1 (off) to {@value #STRONGEST_GUIDANCE}; in fast mode the one that
 *                       the pack's network has learnt
 * @param seeds          later seeds, sorted by frame, no two at the same frame, at most {@value #MOST_SEEDS}; null
 *                       where it was stored before there were any: none
 * @param edition        which edition of the pack it was written for; null where that is not known
 * @param image          SHA-256 in hexadecimal of the picture that the film begins with, see {@link StartImage}; null
 *                       for none. The picture itself is kept beside the recipe, which is read often
 */
public record Recipe(
        String pack,
        Timeline timeline,
        String negativePrompt,
        int frames,
        long seed,
        Mode mode,
        int steps,
        double guidanceScale,
        List<SeedChange> seeds,
        PackEdition edition,
        String image) {

    public static final int LONGEST_PROMPT = 500;
    public static final int LONGEST_FILM = 1_000_000;
    public static final int MOST_STEPS = 200;
    public static final double STRONGEST_GUIDANCE = 30;
    public static final int MOST_SEEDS = 1000;

    public Recipe {
        if (pack == null || pack.isBlank()) {
            throw new InvalidFieldException("pack", pack, "the name of a pack");
        }
        if (timeline == null) {
            throw new InvalidFieldException("timeline", null, "a list of prompts");
        }
        negativePrompt = negativePrompt == null ? "" : negativePrompt.strip();
        if (negativePrompt.length() > LONGEST_PROMPT) {
            throw new InvalidFieldException("negativePrompt", negativePrompt, "at most " + LONGEST_PROMPT + " characters");
        }
        frames = requireFrames(frames);
        if (steps < 1 || steps > MOST_STEPS) {
            throw new InvalidFieldException("steps", steps, "1 to " + MOST_STEPS);
        }
        if (!(guidanceScale >= 1 && guidanceScale <= STRONGEST_GUIDANCE)) {
            throw new InvalidFieldException("guidance", guidanceScale, "1 to " + STRONGEST_GUIDANCE);
        }
        mode = mode == null ? Mode.CAREFUL : mode;
        if (mode == Mode.FAST && !negativePrompt.isEmpty()) {
            throw new InvalidFieldException("negativePrompt", negativePrompt,
                    "empty in fast mode (it acts only in careful mode)");
        }
        seeds = requireSeeds(seeds == null ? List.of() : seeds);
        if (image != null && !image.matches("[0-9a-f]{64}")) {
            throw new InvalidFieldException("image", image, "64 hexadecimal digits");
        }
    }

    /** A recipe of a film that begins with no picture. */
    public Recipe(
            String pack,
            Timeline timeline,
            String negativePrompt,
            int frames,
            long seed,
            Mode mode,
            int steps,
            double guidanceScale,
            List<SeedChange> seeds,
            PackEdition edition) {
        this(pack, timeline, negativePrompt, frames, seed, mode, steps, guidanceScale, seeds, edition, null);
    }

    /** A recipe for any edition of the pack. */
    public Recipe(
            String pack,
            Timeline timeline,
            String negativePrompt,
            int frames,
            long seed,
            Mode mode,
            int steps,
            double guidanceScale,
            List<SeedChange> seeds) {
        this(pack, timeline, negativePrompt, frames, seed, mode, steps, guidanceScale, seeds, null);
    }

    /** A recipe with one seed. */
    public Recipe(
            String pack,
            Timeline timeline,
            String negativePrompt,
            int frames,
            long seed,
            Mode mode,
            int steps,
            double guidanceScale) {
        this(pack, timeline, negativePrompt, frames, seed, mode, steps, guidanceScale, List.of());
    }

    /** A careful recipe with one seed. */
    public Recipe(
            String pack,
            Timeline timeline,
            String negativePrompt,
            int frames,
            long seed,
            int steps,
            double guidanceScale) {
        this(pack, timeline, negativePrompt, frames, seed, Mode.CAREFUL, steps, guidanceScale);
    }

    public Recipe withFrames(int newFrames) {
        return new Recipe(
                pack, timeline, negativePrompt, newFrames, seed, mode, steps, guidanceScale, seeds, edition, image);
    }

    public Recipe withTimeline(Timeline newTimeline) {
        return new Recipe(
                pack, newTimeline, negativePrompt, frames, seed, mode, steps, guidanceScale, seeds, edition, image);
    }

    public Recipe withSeed(long newSeed) {
        return new Recipe(
                pack, timeline, negativePrompt, frames, newSeed, mode, steps, guidanceScale, seeds, edition, image);
    }

    public Recipe withSeeds(List<SeedChange> newSeeds) {
        return new Recipe(
                pack, timeline, negativePrompt, frames, seed, mode, steps, guidanceScale, newSeeds, edition, image);
    }

    public Recipe withEdition(PackEdition newEdition) {
        return new Recipe(
                pack, timeline, negativePrompt, frames, seed, mode, steps, guidanceScale, seeds, newEdition, image);
    }

    /** @param newImage {@link StartImage#digest()}, or null for none */
    public Recipe withImage(String newImage) {
        return new Recipe(
                pack, timeline, negativePrompt, frames, seed, mode, steps, guidanceScale, seeds, edition, newImage);
    }

    /** Whether the film begins with a picture. */
    public boolean fromImage() {
        return image != null;
    }

    /** This recipe with another seed from {@code chunk} on, instead of any later one. */
    public Recipe reseeded(int chunk, ChunkPlan plan, long newSeed) {
        List<SeedChange> kept = new ArrayList<>(seeds);
        kept.removeIf(change -> plan.firstChunkFrom(change.frame()) >= chunk);
        if (chunk == 0) {
            return withSeed(newSeed).withSeeds(kept);
        }
        if (withSeeds(kept).seedAt(chunk, plan) != newSeed) {
            kept.add(new SeedChange(plan.firstFrame(chunk), newSeed));
        }
        return withSeeds(kept);
    }

    /** The seed that {@code chunk} of a film cut by {@code plan} draws its noise from. */
    public long seedAt(int chunk, ChunkPlan plan) {
        long current = seed;
        for (SeedChange change : seeds) {
            if (plan.firstChunkFrom(change.frame()) <= chunk) {
                current = change.seed();
            }
        }
        return current;
    }

    static int requireFrames(int frames) {
        if (frames < 1 || frames > LONGEST_FILM) {
            throw new InvalidFieldException("frames", frames, "1 to " + LONGEST_FILM);
        }
        return frames;
    }

    private static List<SeedChange> requireSeeds(List<SeedChange> seeds) {
        if (seeds.size() > MOST_SEEDS) {
            throw new InvalidFieldException("seeds", seeds.size(), "at most " + MOST_SEEDS + " seeds");
        }
        List<SeedChange> sorted = new ArrayList<>(seeds);
        sorted.sort(Comparator.comparingInt(SeedChange::frame));
        for (int i = 1; i < sorted.size(); i++) {
            if (sorted.get(i).frame() == sorted.get(i - 1).frame()) {
                throw new InvalidFieldException("seeds.frame", sorted.get(i).frame(), "different for every seed");
            }
        }
        return List.copyOf(sorted);
    }

    static String requirePrompt(String field, String prompt) {
        String stripped = prompt == null ? "" : prompt.strip();
        if (stripped.isEmpty() || stripped.length() > LONGEST_PROMPT) {
            throw new InvalidFieldException(field, prompt, "a sentence of 1 to " + LONGEST_PROMPT + " characters");
        }
        return stripped;
    }
}
