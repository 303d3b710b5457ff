package dev.longtake.film;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A wish to take another turn: keep what a film shows before a border between two chunks, and go on from there. What
 * is wished with neither prompt nor seed goes on as the film itself does.
 *
 * @param atFrame    first frame to make anew: 0, another border of chunks that are made, or the film's end, which is
 *                   the default
 * @param frames     frames to add, 0 for a take that ends there; by default the take becomes as long as the film was
 *                   to be, or endless as well
 * @param prompt     what to show from there on, instead of anything that was planned for later
 * @param transition chunks over which the prompt fades in, 1 to {@value PromptChange#LONGEST_TRANSITION}
 * @param seed       seed from there on, also instead of any later one
 */
public record Fork(
        OptionalInt atFrame,
        OptionalInt frames,
        Optional<String> prompt,
        int transition,
        OptionalLong seed) {

    /** Keeps all that a film has, and adds nothing. */
    public static final Fork COPY =
            new Fork(OptionalInt.empty(), OptionalInt.of(0), Optional.empty(), 1, OptionalLong.empty());

    /**
     * The take as it begins: it has the film's chunks before the border and waits for the next, if there is to be one.
     *
     * @param owner whose take it is; in another's hands it is a film of its own, which hides where it came from
     * @throws InvalidFieldException if the film has no border there, or the take would be empty or too long
     */
    public Film of(Film film, String owner) {
        int at = atFrame.orElse(film.framesDone());
        ChunkPlan plan = film.plan();
        int chunks = plan.firstChunkFrom(at);
        boolean border = plan.firstFrame(chunks) == at && at < film.framesDone();
        if (!border && at != film.framesDone()) {
            throw new InvalidFieldException("atFrame", at, borders(film));
        }
        int length = frames.isPresent() ? requireLength(at, frames.getAsInt()) : Math.max(at, film.recipe().frames());
        FilmId id = FilmId.create();
        Lineage lineage = owner.equals(film.owner())
                ? new Lineage(film.lineage().root(), Optional.of(film.id()), at)
                : Lineage.original(id);
        FilmState state = at >= length ? FilmState.FINISHED : FilmState.QUEUED;
        return Film.create(id, owner, recipe(film, chunks, length), plan)
                .grown(chunks, at, state)
                .endless(film.endless() && frames.isEmpty())
                .takenFrom(lineage)
                .enhanced(film.enhancement().map(done -> kept(done, at, at == film.framesDone())));
    }

    /** What hangs on frames that the take has not is refined anew, and what could not be refined is tried again. */
    private static Enhancement kept(Enhancement done, int at, boolean whole) {
        return (whole ? done : done.settledIn(at)).failed("");
    }

    private static int requireLength(int at, int frames) {
        long longest = (long) Recipe.LONGEST_FILM - at;
        int least = at == 0 ? 1 : 0;
        if (frames < least || frames > longest) {
            throw new InvalidFieldException("frames", frames, least + " to " + longest);
        }
        return at + frames;
    }

    private static String borders(Film film) {
        ChunkPlan plan = film.plan();
        if (film.framesDone() < plan.frames()) {
            return film.framesDone() == 0 ? "0" : "0 or " + film.framesDone();
        }
        return "0, or " + plan.frames() + " and a multiple of " + plan.step() + " more, up to " + film.framesDone();
    }

    /** What was planned for after the take's end is no part of it. */
    private Recipe recipe(Film film, int chunks, int length) {
        ChunkPlan plan = film.plan();
        int end = frames.isPresent() && frames.getAsInt() == 0 ? chunks : plan.chunksFor(length);
        Recipe recipe = film.recipe();
        List<PromptChange> prompts = new ArrayList<>(recipe.timeline().changes());
        prompts.removeIf(change -> plan.firstChunkFrom(change.frame()) >= (prompt.isPresent() ? chunks : end));
        prompt.ifPresent(text -> prompts.add(new PromptChange(plan.firstFrame(chunks), text, transition)));
        List<SeedChange> seeds = new ArrayList<>(recipe.seeds());
        seeds.removeIf(change -> plan.firstChunkFrom(change.frame()) >= end);
        Recipe next = recipe.withTimeline(new Timeline(prompts)).withFrames(length).withSeeds(seeds);
        return seed.isPresent() ? next.reseeded(chunks, plan, seed.getAsLong()) : next;
    }
}
