package dev.longtake.worker;

import dev.longtake.director.Blending;
import dev.longtake.director.Director;
import dev.longtake.director.GeneratedChunk;
import dev.longtake.director.Refining;
import dev.longtake.film.CancelToken;
import dev.longtake.film.CancelledException;
import dev.longtake.film.EnhancementPlan;
import dev.longtake.film.FrameRange;
import dev.longtake.film.Recipe;
import dev.longtake.film.Snapshot;
import dev.longtake.film.StepListener;
import dev.longtake.film.VideoFrames;
import dev.longtake.media.StartImages;
import dev.longtake.pack.PackManifest;
import java.util.List;
import java.util.Optional;

/** The chunks of a real director. */
final class DirectedChunks implements ChunkMaker {

    private final Director director;

    DirectedChunks(Director director) {
        this.director = director;
    }

    @Override
    public GeneratedChunk generate(
            Recipe recipe, int chunk, Optional<Snapshot> previous, StepListener listener, CancelToken token)
            throws CancelledException {
        requirePack(recipe);
        return director.generate(recipe, chunk, previous, listener, token);
    }

    @Override
    public Snapshot still(byte[] png) {
        PackManifest.Video video = director.manifest().video();
        return director.still(new StartImages(video.width(), video.height()).read("image", png));
    }

    @Override
    public VideoFrames render(Recipe recipe, Snapshot snapshot) {
        return director.render(recipe, snapshot);
    }

    @Override
    public VideoFrames enhance(Recipe recipe, EnhancementPlan plan, FrameRange range, List<float[]> latents,
            boolean ended, StepListener listener, CancelToken token) throws CancelledException {
        requirePack(recipe);
        requireEnhancer(plan);
        return director.enhance(recipe, new Refining(plan, Blending.USUAL), range, latents, ended, listener, token);
    }

    private void requirePack(Recipe recipe) {
        String pack = director.manifest().name();
        if (!recipe.pack().equals(pack)) {
            throw new IllegalStateException(
                    "the film needs the pack \"" + recipe.pack() + "\", but this worker has \"" + pack + "\"");
        }
    }

    /** The film may have been begun with another edition of the pack. */
    private void requireEnhancer(EnhancementPlan plan) {
        EnhancementPlan own = director.manifest().enhancer()
                .map(PackManifest.Enhancer::plan)
                .orElseThrow(() -> new IllegalStateException(
                        "this worker's pack \"" + director.manifest().name() + "\" has no enhancer"));
        if (own.window() != plan.window() || own.overlap() != plan.overlap()) {
            throw new IllegalStateException("the film is refined with a " + told(plan)
                    + ", but this worker's pack \"" + director.manifest().name() + "\" has a " + told(own));
        }
    }

    private static String told(EnhancementPlan plan) {
        return "window of " + plan.window() + " frames and an overlap of " + plan.overlap();
    }

    @Override
    public void close() {
        director.close();
    }
}
