package dev.longtake.film;

/**
 * How a film is cut into chunks (StreamingT2V §4, F and F_cond). Chunk 0 makes {@code frames} frames; every later
 * chunk makes {@code frames} too, but the first {@code conditioningFrames} of them re-make the end of the chunk
 * before and are thrown away.
 *
 * @param frames             frames the network makes at once (F), at least 2
 * @param conditioningFrames frames handed over from chunk to chunk (F_cond), 1 to {@code frames - 1}
 */
public record ChunkPlan(int frames, int conditioningFrames) {

    public ChunkPlan {
        if (frames < 2) {
            throw new InvalidFieldException("chunk.frames", frames, "at least 2");
        }
        if (conditioningFrames < 1 || conditioningFrames >= frames) {
            throw new InvalidFieldException("chunk.conditioningFrames", conditioningFrames, "1 to " + (frames - 1));
        }
    }

    /** New frames of every chunk but the first. */
    public int step() {
        return frames - conditioningFrames;
    }

    /** Number of chunks needed for a film of {@code filmFrames} frames (at least 1). */
    public int chunksFor(int filmFrames) {
        return filmFrames <= frames ? 1 : 1 + chunksCovering(filmFrames - frames);
    }

    /** The film's frame that is the first new one of {@code chunk}. */
    public int firstFrame(int chunk) {
        return chunk == 0 ? 0 : frames + (chunk - 1) * step();
    }

    /** New frames of {@code chunk}. */
    public int newFrames(int chunk) {
        return chunk == 0 ? frames : step();
    }

    /** Frames of {@code chunk} that a film of {@code filmFrames} frames shows; 0 when the film ends before it. */
    public int shownFrames(int chunk, int filmFrames) {
        return Math.max(0, Math.min(filmFrames - firstFrame(chunk), newFrames(chunk)));
    }

    /** The first chunk whose new frames all lie at or after {@code frame}. */
    public int firstChunkFrom(int frame) {
        return frame <= 0 ? 0 : frame <= frames ? 1 : 1 + chunksCovering(frame - frames);
    }

    private int chunksCovering(int newFrames) {
        return (newFrames + step() - 1) / step();
    }
}
