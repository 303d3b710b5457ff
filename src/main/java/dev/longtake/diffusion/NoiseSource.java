package dev.longtake.diffusion;

import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;
import org.apache.commons.rng.simple.RandomSource;

/**
 * Standard normal noise as a function of what it is for: never of what was drawn before, so that a film goes on with
 * the same noise in any process and in any order.
 *
 * <p>The generator is Philox 4x64 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3"), made to be keyed
 * like this: neighbouring seeds and counters give unrelated streams.
 *
 * @param seed of the film
 */
public record NoiseSource(long seed) implements Noise {

    @Override
    public void fill(float[] target, int chunk, int step, Purpose purpose) {
        ZigguratSampler.NormalizedGaussian gaussian =
                ZigguratSampler.NormalizedGaussian.of(random(chunk, step, purpose));
        for (int i = 0; i < target.length; i++) {
            target[i] = (float) gaussian.sample();
        }
    }

    @Override
    public int uniform(int bound, int chunk, int step, Purpose purpose) {
        return random(chunk, step, purpose).nextInt(bound);
    }

    private UniformRandomProvider random(int chunk, int step, Purpose purpose) {
        long use = (long) purpose.ordinal() << 32 | step;
        // Key (2 words), then counter (4 words): the first counter word runs, the others stay.
        long[] keyAndCounter = {seed, chunk, 0, use, 0, 0};
        return RandomSource.PHILOX_4X64.create(keyAndCounter);
    }
}
