package dev.longtake.measure;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The numbers of one film; see {@link FilmScorer} for how they come about. A number is null where the film is too
 * short for it, where nothing was asked or nobody judged, and where it would be a division by nothing; none is ever
 * NaN or infinite. Flow is that of OpenCV's DIS throughout.
 *
 * @param frames          of the film
 * @param cuts            frames that begin a new shot (SCuts is their number), ascending; see {@link CutDetector}
 * @param mawe            Motion Aware Warp Error with DIS flow (the paper's code takes RAFT's): lower is better; see
 *                        {@link WarpError}
 * @param maweAsPrinted   the same as the paper prints it, by mean <em>squared</em> flow; see {@link WarpError}
 * @param stillPairs      pairs of frames without any motion; {@code mawe} leaves them out
 * @param meanFlow        mean length of the flow vectors, pixels of the film per frame
 * @param meanSquaredFlow mean squared length of the flow vectors (the paper's OFS), square pixels of the film
 * @param promptFit       over all frames, each compared with what its segment asks for; null where nothing was asked
 *                        or nobody judged
 * @param segments        the parts of a timeline; empty where nothing was asked or nobody judged
 * @param identity        whether the actor stays the one it was; null without a judge
 * @param motion          how much moves at the start and at the end; null below {@value Stretch#FRAMES} frames
 * @param drift           how the end looks beside the start; null below 2 × {@value Stretch#FRAMES} frames
 * @param seam            chunk borders against the rest; null without a plan and in films of one chunk
 * @param series          frame by frame, for plots
 */
public record FilmScores(
        int frames,
        List<Integer> cuts,
        Double mawe,
        Double maweAsPrinted,
        int stillPairs,
        Double meanFlow,
        Double meanSquaredFlow,
        PromptFit promptFit,
        List<SegmentScores> segments,
        Identity identity,
        Motion motion,
        Drift drift,
        Seam seam,
        Series series) {

    public FilmScores {
        cuts = List.copyOf(cuts);
        segments = List.copyOf(segments);
    }

    /**
     * Whether the actor stays the one it was (what APM is for). Frames from which on a segment asks for another actor
     * than the first one are not counted.
     *
     * @param actor   the class seen in most frames of the first chunk (of the first {@value #FIRST_FRAMES} frames
     *                where no chunk plan is known)
     * @param share   of the frames that show it, 0 to 1
     * @param windows the same for every {@value Stretch#FRAMES} frames; the last window may be shorter
     */
    public record Identity(String actor, double share, List<Double> windows) {

        static final int FIRST_FRAMES = 16;

        public Identity {
            windows = List.copyOf(windows);
        }
    }

    /**
     * Motion at both ends of a film.
     *
     * @param first      mean flow within the first {@value Stretch#FRAMES} frames, pixels of the film per frame
     * @param last       within the last {@value Stretch#FRAMES}
     * @param stagnation {@code last / first}: 1 is as lively as ever, 0 is frozen; null if nothing moved at the start,
     *                   and in films shorter than two stretches
     */
    public record Motion(double first, double last, Double stagnation) {}

    /**
     * One end of a film.
     *
     * @param sharpness       mean over frames of the standard deviation of the luma's Laplacian, in grey levels (the
     *                        root of Pech-Pacheco's focus measure, so that it grows with contrast, not its square)
     * @param colour          mean red, green and blue, 0 to 255
     * @param colourDeviation mean over frames and channels of the standard deviation within a frame, 0 to 127.5
     * @param accuracy        mean over the kinds asked for of the share of frames that were right, 0 to 1; null where
     *                        nothing was judged
     */
    public record Stretch(double sharpness, List<Double> colour, double colourDeviation, Double accuracy) {

        /** Frames that the start and the end of a film have. */
        public static final int FRAMES = 80;

        public Stretch {
            colour = List.copyOf(colour);
        }
    }

    /**
     * How the last {@value Stretch#FRAMES} frames look beside the first: 1 is no change.
     *
     * @param sharpness       ratio of the sharpnesses; null if the start has none
     * @param colour          ratio of the mean red, green or blue, whichever has strayed farthest; null if a channel of
     *                        the start is all zero
     * @param colourDeviation ratio of the colour deviations; null if the start has none
     * @param accuracy        ratio of the judge's accuracies; null if nothing was judged or nothing right at the start
     */
    public record Drift(
            Stretch first, Stretch last, Double sharpness, Double colour, Double colourDeviation, Double accuracy) {}

    /**
     * Pairs of frames that a chunk border runs through against all other pairs: 1 is no seam. An action with the
     * rhythm of the chunks (a jump every 8 frames, say) always meets the borders in the same pose and has another
     * ratio without any seam, so only the mean over films of many actions tells.
     *
     * @param flowAtBorders   mean flow, pixels of the film per frame
     * @param flowInside      the same inside chunks
     * @param flow            their ratio; null if nothing moves inside
     * @param pixelsAtBorders mean absolute difference of the pixels of neighbouring frames, 0 to 255
     * @param pixelsInside    the same inside chunks
     * @param pixels          their ratio; null if nothing changes inside
     */
    public record Seam(
            double flowAtBorders,
            double flowInside,
            Double flow,
            double pixelsAtBorders,
            double pixelsInside,
            Double pixels) {}

    /**
     * Frame by frame, rounded to three decimals.
     *
     * @param flow    {@code frames - 1} mean flows, pixels of the film: entry i from frame i to frame i + 1
     * @param content {@code frames - 1} content values of the cut detector, 0 to 255: entry i from frame i to i + 1
     * @param hits    per frame whether everything asked for is right; null where that isn't judged; empty without judge
     */
    public record Series(List<Double> flow, List<Double> content, List<Boolean> hits) {

        public Series {
            flow = List.copyOf(flow);
            content = List.copyOf(content);
            hits = Collections.unmodifiableList(new ArrayList<>(hits));
        }
    }
}
