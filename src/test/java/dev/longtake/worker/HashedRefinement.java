package dev.longtake.worker;

import dev.longtake.film.ChunkPlan;
import dev.longtake.film.EnhancementPlan;
import dev.longtake.film.FrameRange;
import dev.longtake.film.PromptMix;
import dev.longtake.film.Recipe;
import dev.longtake.film.VideoFrames;
import java.util.Arrays;
import java.util.List;

/**
 * An enhancer without a network. What it paints hangs on all that a real one's frames may hang on, and on nothing else:
 * latents and prompts within the plan's reach, and the film's end where that is within reach, too. So a picture tells
 * if anything of that was missing, or was not yet what it is now.
 */
final class HashedRefinement {

    static final int SIZE = 48;

    private HashedRefinement() {}

    /** See {@link ChunkMaker#enhance}. */
    static VideoFrames refine(Recipe recipe, ChunkPlan chunks, EnhancementPlan plan, FrameRange range,
            List<float[]> latents, boolean ended) {
        int first = plan.reachesBack(range.from());
        int end = first + latents.size();
        if (range.from() % plan.stride() != 0 || range.to() > plan.settled(end) && !(ended && range.to() == end)) {
            throw new IllegalArgumentException(range + " of " + plan + " with frames " + first + " to " + end);
        }
        byte[] rgb = new byte[range.count() * SIZE * SIZE * 3];
        for (int frame = range.from(); frame < range.to(); frame++) {
            int block = frame / plan.stride() * plan.stride();
            int from = plan.reachesBack(block);
            int to = Math.min(end, block + plan.lookAhead());
            int hash = block + plan.lookAhead() > end ? end : -1;
            hash = 31 * hash + frame;
            for (int other = from; other < to; other++) {
                PromptMix prompt = recipe.timeline().at(chunks.chunksFor(other + 1) - 1, chunks);
                hash = 31 * hash + Arrays.hashCode(latents.get(other - first));
                hash = 31 * hash + prompt.toString().hashCode();
            }
            paint(rgb, frame - range.from(), hash);
        }
        return new VideoFrames(range.count(), SIZE, SIZE, rgb);
    }

    /** Four stripes, one for each byte: far enough from each other to survive the encoder. */
    private static void paint(byte[] rgb, int frame, int hash) {
        int stripe = SIZE * SIZE * 3 / Integer.BYTES;
        for (int i = 0; i < Integer.BYTES; i++) {
            int from = (frame * Integer.BYTES + i) * stripe;
            Arrays.fill(rgb, from, from + stripe, (byte) (hash >> Byte.SIZE * i));
        }
    }
}
