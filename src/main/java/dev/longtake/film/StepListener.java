package dev.longtake.film;

import java.util.function.Supplier;

/** Hears of every denoising step of a chunk. Called on the worker's thread; must not block. */
@FunctionalInterface
public interface StepListener {

    /**
     * @param step    steps done, 1 to {@code steps}
     * @param steps   steps of the chunk
     * @param preview decodes the picture as the network sees it now (the middle new frame); costs a decoder pass
     */
    void onStep(int step, int steps, Supplier<VideoFrames> preview);
}
