package dev.longtake.director;

import dev.longtake.film.CancelToken;
import dev.longtake.film.CancelledException;
import dev.longtake.film.ChunkPlan;
import dev.longtake.film.EnhancementPlan;
import dev.longtake.film.FrameRange;
import dev.longtake.film.Recipe;
import dev.longtake.film.StepListener;
import dev.longtake.film.VideoFrames;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Refines a film while it is being made: gives away what can be refined as soon as it can. Holds no more of the film than
 * the {@link EnhancementPlan} reaches.
 */
public final class GrowingFilm {

    /** Gets the refined frames of one chunk after the other. */
    @FunctionalInterface
    public interface Sink {
        /** @throws IOException to make no more of the film */
        void accept(VideoFrames frames) throws IOException;
    }

    private final Director director;
    private final Refining way;
    private final EnhancementPlan plan;
    private final Recipe recipe;
    private final StepListener listener;
    private final Sink sink;
    private final CancelToken token;
    private final List<float[]> latents = new ArrayList<>();
    /** The film's frame that {@link #latents} begin with. */
    private int from;
    private int refined;

    /**
     * @param director of a pack with an enhancer
     * @param listener hears of every pass of the enhancer's network
     */
    public GrowingFilm(Director director, Recipe recipe, StepListener listener, Sink sink, CancelToken token) {
        this.director = director;
        way = Refining.of(director.manifest(), recipe, Blending.USUAL);
        plan = way.plan();
        this.recipe = recipe;
        this.listener = listener;
        this.sink = sink;
        this.token = token;
    }

    /** Takes the film's next frames as they were made, each (c, h, w). */
    public void add(List<float[]> frames) throws CancelledException, IOException {
        latents.addAll(frames);
        advance(false);
    }

    /** The film has ended; gives away what is left. */
    public void end() throws CancelledException, IOException {
        advance(true);
    }

    private void advance(boolean ended) throws CancelledException, IOException {
        int frames = from + latents.size();
        for (int to = plan.next(refined, frames, ended); to > refined; to = plan.next(refined, frames, ended)) {
            int first = plan.reachesBack(refined);
            int last = plan.reachesForward(to, frames);
            List<float[]> within = List.copyOf(latents.subList(first - from, last - from));
            FrameRange range = new FrameRange(refined, to);
            give(director.enhance(recipe, way, range, within, ended && last == frames, listener, token), range);
            refined = to;
        }
        int needed = plan.reachesBack(refined);
        latents.subList(0, Math.min(needed, frames) - from).clear();
        from = Math.min(needed, frames);
    }

    private void give(VideoFrames frames, FrameRange range) throws IOException {
        ChunkPlan chunks = director.plan();
        for (int from = range.from(); from < range.to();) {
            int chunk = chunks.chunksFor(from + 1) - 1;
            int to = Math.min(range.to(), chunks.firstFrame(chunk) + chunks.newFrames(chunk));
            sink.accept(frames.slice(from - range.from(), to - range.from()));
            from = to;
        }
    }
}
