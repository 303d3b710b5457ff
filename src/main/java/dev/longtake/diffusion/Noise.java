package dev.longtake.diffusion;

/** Where a film's noise comes from. */
public interface Noise {

    /** What noise is for. The order is part of every film: append only. */
    enum Purpose {
        /** Latents that a chunk starts from. */
        INITIAL,
        /** Noise that a stochastic sampler adds after a step. */
        STEP,
        /** Noise that a frame is covered with before it is refined; by frame, not by chunk. */
        REFINEMENT_INITIAL,
        /** Noise that a stochastic solver adds to a frame after a step; by frame, not by chunk. */
        REFINEMENT_STEP,
        /** Where one window gives way to the next; by window. */
        BLEND,
        /** Draws from what an encoder says of a frame that is refined; by frame. */
        REFINEMENT_SOURCE
    }

    /** Fills {@code target} with the standard normal noise for one purpose at one step of one chunk. */
    void fill(float[] target, int chunk, int step, Purpose purpose);

    /** A whole number from 0 to {@code bound - 1}, all equally likely, for one purpose at one step of one window. */
    int uniform(int bound, int window, int step, Purpose purpose);
}
