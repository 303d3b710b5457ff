package dev.longtake.director;

import dev.longtake.diffusion.Noise;

/** Noise that a test knows. */
@FunctionalInterface
interface GivenNoise extends Noise {

    @Override
    default int uniform(int bound, int window, int step, Purpose purpose) {
        throw new AssertionError("a single window needs no blend index");
    }
}
