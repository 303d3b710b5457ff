package dev.longtake.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.longtake.diffusion.RandomizedBlending.Order;
import dev.longtake.diffusion.RandomizedBlending.Refiner;
import dev.longtake.diffusion.RandomizedBlending.Sharing;
import dev.longtake.film.CancelledException;
import dev.longtake.film.EnhancementPlan;
import dev.longtake.film.InvalidFieldException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RandomizedBlendingTest {

    private static final int SIZE = 3;

    /** A "network" for which every frame of a window depends on its neighbours, as video networks' do. */
    private static final Refiner NETWORK = (window, step, x, source) -> {
        float[] clean = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            float before = i >= SIZE ? x[i - SIZE] : -0.3f;
            float after = i + SIZE < x.length ? x[i + SIZE] : 0.4f;
            clean[i] = (float) Math.tanh(0.6 * x[i] + 0.3 * before - 0.2 * after + 0.05 * step + 0.1 * source[i]);
        }
        return clean;
    };

    /** What came out, and how many frames had to be put in before each. */
    private record Result(List<float[]> frames, List<Integer> putIn) {}

    private record Setting(BlendWindows windows, RefinementSolver solver, long seed, int length) {

        static Setting random(long seed) {
            Random random = new Random(seed);
            int frames = 1 + random.nextInt(9);
            BlendWindows windows = new BlendWindows(frames, random.nextInt(frames / 2 + 1));
            int steps = 1 + random.nextInt(5);
            RefinementSolver solver = random.nextBoolean()
                    ? new FlowRefinement(steps, 0.7)
                    : new DpmSolverSde(steps, 600, DpmSolverSde.Schedule.ORIGINAL);
            return new Setting(windows, solver, random.nextLong(), random.nextInt(70));
        }

        Result run(Order order, Sharing sharing, Refiner network) {
            return run(order, sharing, network, 0);
        }

        /** The film from one of its windows on, as if nothing had been before. */
        Result run(Order order, Sharing sharing, Refiner network, int firstWindow) {
            List<float[]> out = new ArrayList<>();
            List<Integer> putIn = new ArrayList<>();
            int first = Math.toIntExact(windows.first(firstWindow));
            int[] received = {first};
            RandomizedBlending blending = new RandomizedBlending(
                    windows, firstWindow, order, sharing, solver, new NoiseSource(seed), network, (frame, latents) -> {
                        assertThat(frame).as("frames come in order, each once").isEqualTo(first + out.size());
                        out.add(latents);
                        putIn.add(received[0]);
                    });
            try {
                for (int i = first; i < length; i++) {
                    received[0]++;
                    blending.add(film(i));
                }
                blending.end();
            } catch (CancelledException e) {
                throw new AssertionError(e);
            }
            assertThat(out).as("no frame is lost").hasSize(Math.max(0, length - first));
            return new Result(out, putIn);
        }

        EnhancementPlan plan() {
            return new EnhancementPlan(windows.frames(), windows.overlap(), solver.steps());
        }
    }

    private static float[] film(int frame) {
        return new float[] {(float) Math.sin(frame * 0.4), frame % 7 / 7f, -0.5f};
    }

    @ParameterizedTest
    @EnumSource(Sharing.class)
    void wavefrontIsLockStepBitForBit(Sharing sharing) {
        for (long seed = 0; seed < 300; seed++) {
            Setting setting = Setting.random(seed);
            Result lockStep = setting.run(Order.LOCK_STEP, sharing, NETWORK);
            Result wavefront = setting.run(Order.WAVEFRONT, sharing, NETWORK);
            for (int i = 0; i < setting.length(); i++) {
                assertThat(wavefront.frames().get(i)).as("frame %d of %s", i, setting)
                        .containsExactly(lockStep.frames().get(i));
            }
        }
    }

    @Test
    void lockStepIsTheAlgorithmOfThePaperOverTheWholeFilm() {
        for (long seed = 0; seed < 100; seed++) {
            Setting setting = Setting.random(seed);
            BlendWindows windows = setting.windows();
            // Without padding, as the original demands it.
            int length = windows.frames() + (int) (seed % 4) * windows.stride();
            Setting fitting = new Setting(windows, setting.solver(), seed, length);
            List<float[]> frames = fitting.run(Order.LOCK_STEP, Sharing.BLENDED, NETWORK).frames();
            float[] expected = wholeFilm(fitting);
            for (int i = 0; i < length * SIZE; i++) {
                assertThat(frames.get(i / SIZE)[i % SIZE]).as("%s", fitting).isEqualTo(expected[i]);
            }
        }
    }

    /** Reference-spec 6.5, written with one array for the whole film. */
    private static float[] wholeFilm(Setting setting) {
        NoiseSource noise = new NoiseSource(setting.seed());
        BlendWindows windows = setting.windows();
        int length = setting.length() * SIZE;
        float[] x = new float[length];
        float[] draws = new float[length];
        for (int f = 0; f < setting.length(); f++) {
            System.arraycopy(film(f), 0, x, f * SIZE, SIZE);
            fill(noise, draws, f, 0, Noise.Purpose.REFINEMENT_INITIAL);
        }
        setting.solver().begin(x, draws);
        float[] previous = null;
        for (int step = 0; step < setting.solver().steps(); step++) {
            float[] clean = new float[length];
            for (int s = 0, window = 0; s + windows.frames() <= setting.length(); s += windows.stride(), window++) {
                float[] part = new float[windows.frames() * SIZE];
                System.arraycopy(x, s * SIZE, part, 0, part.length);
                float[] source = new float[part.length];
                for (int f = 0; f < windows.frames(); f++) {
                    System.arraycopy(film(s + f), 0, source, f * SIZE, SIZE);
                }
                float[] predicted = predict(window, step, part, source);
                int r = window == 0 || windows.overlap() == 0
                        ? 0
                        : noise.uniform(windows.overlap(), window, step, Noise.Purpose.BLEND);
                System.arraycopy(predicted, r * SIZE, clean, (s + r) * SIZE, predicted.length - r * SIZE);
            }
            for (int f = 0; f < setting.length(); f++) {
                fill(noise, draws, f, step, Noise.Purpose.REFINEMENT_STEP);
            }
            setting.solver().step(step, x, clean, previous, draws::clone);
            previous = clean;
        }
        return x;
    }

    private static float[] predict(int window, int step, float[] x, float[] source) {
        try {
            return NETWORK.clean(window, step, x, source);
        } catch (CancelledException e) {
            throw new AssertionError(e);
        }
    }

    private static void fill(NoiseSource noise, float[] draws, int frame, int step, Noise.Purpose purpose) {
        float[] one = new float[SIZE];
        noise.fill(one, frame, step, purpose);
        System.arraycopy(one, 0, draws, frame * SIZE, SIZE);
    }

    @ParameterizedTest
    @EnumSource(Sharing.class)
    void whatLeavesIsWhatThePlanCallsSettled(Sharing sharing) {
        for (long seed = 0; seed < 200; seed++) {
            Setting setting = Setting.random(seed);
            List<Integer> putIn = setting.run(Order.WAVEFRONT, sharing, NETWORK).putIn();
            for (int frames = 0; frames < setting.length(); frames++) {
                int before = frames;
                long left = putIn.stream().filter(came -> came <= before).count();
                int shift = sharing == Sharing.BLENDED || setting.plan().settled(frames) == 0
                        ? 0
                        : setting.windows().overlap() / 2;
                assertThat(left).as("%s after %d", setting, frames).isEqualTo(setting.plan().settled(frames) + shift);
            }
        }
    }

    @Test
    void aFilmIsTheSameFromWhereItsPlanReachesBackTo() {
        for (long seed = 0; seed < 300; seed++) {
            Setting setting = Setting.random(seed);
            List<float[]> whole = setting.run(Order.WAVEFRONT, Sharing.BLENDED, NETWORK).frames();
            int stride = setting.windows().stride();
            for (int from = 0; from < setting.length(); from += stride) {
                int back = setting.plan().reachesBack(from);
                List<float[]> part = setting.run(Order.WAVEFRONT, Sharing.BLENDED, NETWORK, back / stride).frames();
                for (int i = from; i < setting.length(); i++) {
                    assertThat(part.get(i - back)).as("frame %d from %d, %s", i, from, setting)
                            .containsExactly(whole.get(i));
                }
            }
        }
    }

    @Test
    void wavefrontGivesFramesAwayAsSoonAsNothingCanChangeThem() {
        Setting setting = new Setting(new BlendWindows(24, 8), new FlowRefinement(4, 0.6), 5, 400);
        List<Integer> putIn = setting.run(Order.WAVEFRONT, Sharing.BLENDED, NETWORK).putIn();
        // Window j is whole with frame 16 j + 24, and takes its last step when window j + steps - 1 has come.
        assertThat(putIn.get(0)).isEqualTo(3 * 16 + 24);
        assertThat(putIn.get(160)).isEqualTo(160 + 3 * 16 + 24);
        assertThat(setting.run(Order.CAUSAL, Sharing.BLENDED, NETWORK).putIn().get(0)).isEqualTo(24);
        assertThat(setting.run(Order.LOCK_STEP, Sharing.BLENDED, NETWORK).putIn()).containsOnly(400);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 23, 24, 25, 31, 32, 33, 39, 40, 41, 200})
    void anyLengthWorksInAnyOrder(int length) {
        Setting setting = new Setting(new BlendWindows(24, 8), new FlowRefinement(3, 0.6), 5, length);
        for (Order order : Order.values()) {
            for (Sharing sharing : Sharing.values()) {
                assertThat(setting.run(order, sharing, NETWORK).frames()).allSatisfy(frame -> {
                    for (float value : frame) {
                        assertThat(value).isFinite();
                    }
                });
            }
        }
        assertThat(new BlendWindows(24, 8).covering(length)).isEqualTo(length <= 24 ? 1 : (length - 8 + 15) / 16);
    }

    @Test
    void eachKindOfSharingAndCausalOrderGiveAnotherFilm() {
        Setting setting = new Setting(new BlendWindows(8, 4), new FlowRefinement(4, 0.8), 1, 60);
        Set<Float> middles = new HashSet<>();
        for (Sharing sharing : Sharing.values()) {
            middles.add(setting.run(Order.WAVEFRONT, sharing, NETWORK).frames().get(30)[0]);
        }
        middles.add(setting.run(Order.CAUSAL, Sharing.BLENDED, NETWORK).frames().get(30)[0]);
        assertThat(middles).hasSize(4);
    }

    @Test
    void sharedNoiseKeepsWhatANetworkMakesOfSingleFrames() {
        // Where frames don't see one another, windows that share their noise agree; else they don't.
        Refiner alone = (window, step, x, source) -> {
            float[] clean = x.clone();
            for (int i = 0; i < clean.length; i++) {
                clean[i] *= 0.5f;
            }
            return clean;
        };
        Setting setting = new Setting(new BlendWindows(8, 4), new DpmSolverSde(6, 600, DpmSolverSde.Schedule.ORIGINAL), 3, 44);
        List<float[]> shared = setting.run(Order.WAVEFRONT, Sharing.NOISE, alone).frames();
        List<float[]> blended = setting.run(Order.CAUSAL, Sharing.BLENDED, alone).frames();
        List<float[]> other = setting.run(Order.WAVEFRONT, Sharing.NOTHING, alone).frames();
        for (int i = 0; i < 44; i++) {
            assertThat(blended.get(i)).containsExactly(shared.get(i));
            assertThat(other.get(i)).isNotEqualTo(shared.get(i));
        }
    }

    @Test
    void saysWhatIsWrong() {
        assertThatThrownBy(() -> new BlendWindows(0, 0)).isInstanceOf(InvalidFieldException.class)
                .hasMessage("window must be 1 or more, but was 0");
        assertThatThrownBy(() -> new BlendWindows(24, 13)).isInstanceOf(InvalidFieldException.class)
                .hasMessage("overlap must be 0 to 12, half the window, but was 13");
        assertThatThrownBy(() -> new FlowRefinement(0, 0.5)).hasMessage("steps must be 1 or more, but was 0");
        assertThatThrownBy(() -> new FlowRefinement(4, 1.5))
                .hasMessage("strength must be more than 0, at most 1, but was 1.5");
        assertThatThrownBy(() -> new DpmSolverSde(30, 1000, DpmSolverSde.Schedule.ORIGINAL)).hasMessage("noiseLevels must be 2 to 999, but was 1000");
        assertThatThrownBy(() -> new DpmSolverSde(600, 600, DpmSolverSde.Schedule.ORIGINAL)).hasMessage("steps must be 1 to 599, but was 600");
    }
}
