package dev.longtake.pack;

import dev.longtake.diffusion.Noise;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Numbers that PyTorch's side of the tests makes alike: weights and noise as functions of a seed. */
public final class Formula {

    private static final long GOLDEN = 0x9E3779B97F4A7C15L;
    private static final int NOISE_BYTES = 4;
    private static final int MEAN = 510;
    private static final float DEVIATION = 148;

    private Formula() { }

    /** The first bytes of a seed: SplitMix64's words, little-endian. */
    static byte[] stream(long seed, int count) {
        ByteBuffer bytes = ByteBuffer.allocate((count + 7) / 8 * 8).order(ByteOrder.LITTLE_ENDIAN);
        for (long i = 1; bytes.hasRemaining(); i++) {
            long z = seed + i * GOLDEN;
            z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
            z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
            bytes.putLong(z ^ z >>> 31);
        }
        return bytes.array();
    }

    /** Nearly normal numbers. */
    public static void noise(long seed, float[] target) {
        byte[] bytes = stream(seed, NOISE_BYTES * target.length);
        for (int i = 0; i < target.length; i++) {
            int sum = 0;
            for (int j = 0; j < NOISE_BYTES; j++) {
                sum += bytes[NOISE_BYTES * i + j] & 0xff;
            }
            target[i] = (sum - MEAN) / DEVIATION;
        }
    }

    /** The same for one purpose at one step of one chunk or frame. */
    public static void noise(float[] target, int index, int step, Noise.Purpose purpose) {
        noise((long) purpose.ordinal() << 48 | (long) index << 24 | step, target);
    }
}
