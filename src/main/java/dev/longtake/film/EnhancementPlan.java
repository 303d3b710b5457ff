package dev.longtake.film;

/**
 * How a pack refines films window by window (paper, section 4.3): window {@code j} begins at frame {@code j * stride()},
 * and what becomes of its first {@code stride()} frames depends on no window more than {@code steps} before it and
 * {@code steps - 1} after it. So what was refined stays good when a film goes on, and can be made again from the chunks'
 * snapshots alone.
 *
 * @param window  frames of a window
 * @param overlap frames that it shares with the next, at most half of it
 * @param steps   steps of refinement
 */
public record EnhancementPlan(int window, int overlap, int steps) {

    public EnhancementPlan {
        if (window < 1) {
            throw new InvalidFieldException("enhancer.window", window, "1 or more");
        }
        if (overlap < 0 || overlap > window / 2) {
            throw new InvalidFieldException("enhancer.overlap", overlap, "0 to " + window / 2 + ", half the window");
        }
        if (steps < 1 || steps > Recipe.MOST_STEPS) {
            throw new InvalidFieldException("enhancer.steps", steps, "1 to " + Recipe.MOST_STEPS);
        }
    }

    /** Frames from the beginning of a window to that of the next, and refined in one go. */
    public int stride() {
        return window - overlap;
    }

    /** How often {@link #stride()} frames are refined until {@code frames} are, the last time perhaps fewer. */
    public int strides(int frames) {
        return frames <= 0 ? 0 : (frames + stride() - 1) / stride();
    }

    /** Frames that must have been made before the first {@link #stride()} of them can be refined. */
    public int lookAhead() {
        return (steps - 1) * stride() + window;
    }

    /** Frames of a film of {@code frames} frames whose refined pixels stay as they are however the film goes on. */
    public int settled(int frames) {
        return frames < lookAhead() ? 0 : (frames - lookAhead()) / stride() * stride() + stride();
    }

    /** The first frame that has a part in what frame {@code frame} becomes. */
    public int reachesBack(int frame) {
        return Math.max(0, (frame / stride() - steps) * stride());
    }

    /**
     * End (exclusive) of the frames that can be refined next; {@code refined} if none can.
     *
     * @param refined frames that are refined, from the film's first on
     * @param frames  frames that the film has
     * @param ended   whether it has no more to come
     */
    public int next(int refined, int frames, boolean ended) {
        if (refined < settled(frames)) {
            return refined + stride();
        }
        return ended ? Math.max(refined, frames) : refined;
    }

    /** End (exclusive) of the frames that are needed to refine those up to {@code to}, of a film of {@code frames}. */
    public int reachesForward(int to, int frames) {
        return Math.min(frames, to - stride() + lookAhead());
    }

    /** @throws InvalidFieldException if windows don't begin where chunks of {@code plan} do */
    public void requireFitting(ChunkPlan plan) {
        if (stride() % plan.step() != 0 || plan.frames() % plan.step() != 0 || stride() < plan.frames()) {
            throw new InvalidFieldException("enhancer.window", window, "an overlap and a multiple of the " + plan.step()
                    + " new frames of a chunk, " + (plan.frames() + overlap) + " or more");
        }
    }
}
