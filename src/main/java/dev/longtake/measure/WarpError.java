package dev.longtake.measure;

/**
 * Motion Aware Warp Error (MAWE, StreamingT2V §5.1): how far the film is from moving its pixels along their flow, for
 * the motion that it has. Lower is better.
 *
 * <p>Each frame is scaled to 720×720 (bilinear, 8 bits, whatever its shape). For each pair of neighbours, O is the
 * mean length of the flow from the first to the second, in pixels of that size, and W the {@linkplain ForwardWarp
 * warp error}. {@link #mawe()} is what the paper's code computes, the mean over the pairs of W / (c·O) with c = 9.5.
 * The paper prints another formula: {@link #asPrinted()} is mean W / (c · OFS) with OFS the mean <em>squared</em>
 * length of the flow.
 *
 * <p>Not the paper's: the flow is OpenCV's DIS ({@link PairFlow}), not RAFT, so the numbers compare films with each
 * other, not with the paper's table. And a pair without any motion (O = 0) has no ratio; it is left out and counted,
 * where the paper's code would divide by nothing.
 */
final class WarpError {

    private static final double C = 9.5;

    private double ratios;
    private int moving;
    private int still;
    private double errors;
    private double squaredFlows;

    /**
     * Takes a pair of frames.
     *
     * @param error       W
     * @param flow        O
     * @param squaredFlow mean squared length of the flow
     */
    void accept(double error, double flow, double squaredFlow) {
        errors += error;
        squaredFlows += squaredFlow;
        if (flow > 0) {
            ratios += error / (C * flow);
            moving++;
        } else {
            still++;
        }
    }

    /** As the paper's code computes it; null if nothing ever moved. */
    Double mawe() {
        return moving == 0 ? null : ratios / moving;
    }

    /** As the paper prints it; null if nothing ever moved. */
    Double asPrinted() {
        return squaredFlows == 0 ? null : errors / (C * squaredFlows);
    }

    /** Pairs without any motion. */
    int still() {
        return still;
    }
}
