package dev.longtake.director;

import dev.longtake.diffusion.Guidance;
import dev.longtake.diffusion.Sampler;
import dev.longtake.film.CancelToken;
import dev.longtake.film.CancelledException;

/**
 * How one chunk is denoised, and by what.
 *
 * @param sampler  for this chunk alone
 * @param guidance whether the network is asked twice, and what becomes of its answers
 * @param network  ready for this chunk
 */
record Denoising(Sampler sampler, Guidance guidance, Network network) {

    /** Says what is noise in a chunk. */
    @FunctionalInterface
    interface Network {

        /**
         * Predicts one step.
         *
         * @param x        noisy latents (F, c, h, w)
         * @param timestep as the sampler says
         * @param interval as the sampler says
         * @param result   with guidance (2, F, c, h, w), without the prompt first; else (F, c, h, w); overwritten
         * @throws CancelledException if {@code token} was cancelled before the prediction was done
         */
        void predict(float[] x, double timestep, double interval, float[] result, CancelToken token)
                throws CancelledException;
    }
}
