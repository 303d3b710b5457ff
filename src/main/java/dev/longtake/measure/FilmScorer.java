package dev.longtake.measure;

import dev.longtake.film.ChunkPlan;
import dev.longtake.film.VideoFrames;
import java.util.List;
import java.util.Optional;

/**
 * Watches a film, frame by frame, and says how good it is. Memory does not grow with the film but for a few numbers per
 * frame. Not thread-safe.
 */
public final class FilmScorer implements AutoCloseable {

    /**
     * @param judge    who says what the frames show; stays the caller's. Without one nothing that needs it is measured
     * @param segments what the film must show, ascending, the first from frame 0; empty: nothing is asked
     * @param plan     where the chunks are; empty for films from anywhere
     * @throws dev.longtake.film.InvalidFieldException if the segments are out of order or ask for what the judge
     *     can't tell
     */
    public FilmScorer(Optional<Judge> judge, List<Segment> segments, Optional<ChunkPlan> plan) {
        throw new UnsupportedOperationException("not yet");
    }

    /**
     * Takes the film's next frames.
     *
     * @param frames of the same size as those before, at least {@value #SMALLEST} pixels each way
     */
    public void accept(VideoFrames frames) {
        throw new UnsupportedOperationException("not yet");
    }

    /** The scores of all frames so far; more may follow. */
    public FilmScores scores() {
        throw new UnsupportedOperationException("not yet");
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException("not yet");
    }

    static final int SMALLEST = 16;
}
