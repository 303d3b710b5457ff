package dev.longtake.diffusion;

import dev.longtake.film.CancelledException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;

/**
 * Refines a film of any length window by window so that no seam shows (paper, section 4.3; reference-spec 6.5):
 * overlapping windows share their noise, and in every step the clean latents of an overlap come from the earlier
 * window up to a frame drawn anew for each pair of windows and each step, from the later one from there on.
 *
 * <p>Takes frames as they are made and gives them away as soon as nothing can change them any more. One film each;
 * used by one thread at a time.
 */
public final class RandomizedBlending {

    /** In which order the windows' steps are taken. */
    public enum Order {
        /** All windows take a step before any takes the next: nothing is done before the film has ended. */
        LOCK_STEP,
        /**
         * The same numbers, bit for bit: a window takes step {@code s} when the one after it has taken step
         * {@code s - 1}. Holds {@code steps + 1} windows; frames leave {@code steps - 1} windows after they came.
         */
        WAVEFRONT,
        /**
         * A window is finished before the next one begins, which blends with what its predecessor predicted. Other
         * numbers; frames leave as soon as their window is full.
         */
        CAUSAL
    }

    /** What neighbouring windows have in common. */
    public enum Sharing {
        /** Nothing: each has noise of its own. For comparison. */
        NOTHING,
        /** Noise where they overlap. For comparison. */
        NOISE,
        /** Noise, and blended predictions. */
        BLENDED
    }

    /** The network as this stage needs it. */
    @FunctionalInterface
    public interface Refiner {
        /**
         * What the clean latents of a window look like.
         *
         * @param step 0 to {@code steps - 1}
         * @param x      the window's noisy latents, frame after frame; not to be kept or changed
         * @param source what is refined, as many; not to be changed
         * @throws CancelledException if nobody wants to know any more; then nothing more can be made of the film here
         */
        float[] clean(int window, int step, float[] x, float[] source) throws CancelledException;
    }

    /** Gets the refined frames, each once, in order. */
    @FunctionalInterface
    public interface Sink {
        /** @param latents of the film's frame {@code frame} */
        void accept(long frame, float[] latents);
    }

    private final BlendWindows windows;
    private final Order order;
    private final Sharing sharing;
    private final RefinementSolver solver;
    private final Noise noise;
    private final Refiner refiner;
    private final Sink sink;

    /** Frames that came and are not in all of their windows yet. */
    private final Deque<float[]> waiting = new ArrayDeque<>();
    /** Begun and not finished, without gaps; the newest last. */
    private final List<Window> open = new ArrayList<>();
    private final int firstWindow;
    private int begun;
    private long received;
    /** The next frame to leave. */
    private long given;
    private boolean ended;

    /**
     * @param firstWindow which window the first frame to come begins; after {@code steps} more windows the numbers are, but
     *                    in causal order, what they would be had all the film come
     */
    public RandomizedBlending(
            BlendWindows windows,
            int firstWindow,
            Order order,
            Sharing sharing,
            RefinementSolver solver,
            Noise noise,
            Refiner refiner,
            Sink sink) {
        this.windows = windows;
        this.firstWindow = firstWindow;
        begun = firstWindow;
        received = windows.first(firstWindow);
        given = received;
        this.order = order;
        this.sharing = sharing;
        this.solver = solver;
        this.noise = noise;
        this.refiner = refiner;
        this.sink = sink;
    }

    /** A window on its way. */
    private static final class Window {
        private final int index;
        private final float[] x;
        private final float[] source;
        /** As the network predicted them last, blended with the neighbours' where they are done with it. */
        private float[] clean;
        private float[] previous;
        /** What the network predicted for the last frames at each step, for the next window. */
        private final List<float[]> tails = new ArrayList<>();

        Window(int index, float[] x, float[] source) {
            this.index = index;
            this.x = x;
            this.source = source;
        }
    }

    /**
     * Takes the next frame of the film.
     *
     * @param latents of one frame; every frame has as many
     */
    public void add(float[] latents) throws CancelledException {
        if (ended) {
            throw new IllegalStateException("the film has ended");
        }
        waiting.add(latents.clone());
        received++;
        if (waiting.size() == windows.frames()) {
            beginWindow();
        }
    }

    /**
     * The film has ended; gives away what is left. A last window that is not full is filled up with the film's end
     * played backwards, which is thrown away again.
     */
    public void end() throws CancelledException {
        if (ended) {
            return;
        }
        ended = true;
        if (received == windows.first(firstWindow)) {
            return;
        }
        if (begun == firstWindow || waiting.size() > windows.overlap()) {
            List<float[]> film = new ArrayList<>(waiting);
            int there = film.size();
            for (int i = 0; film.size() < windows.frames(); i++) {
                film.add(film.get(mirrored(there + i, there)));
            }
            waiting.clear();
            waiting.addAll(film);
            beginWindow();
        }
        if (order == Order.LOCK_STEP) {
            lockStep();
        } else if (order == Order.WAVEFRONT) {
            for (int diagonal = begun; diagonal < begun + solver.steps() - 1; diagonal++) {
                sweep(diagonal);
            }
        }
        // Nobody knew yet that the newest window would be the last when it was done.
        give(open.get(open.size() - 1), received);
        open.clear();
    }

    private static int mirrored(int frame, int frames) {
        if (frames == 1) {
            return 0;
        }
        int period = 2 * (frames - 1);
        int at = frame % period;
        return at < frames ? at : period - at;
    }

    private void beginWindow() throws CancelledException {
        int index = begun++;
        float[] x = joined(waiting);
        float[] source = x.clone();
        solver.begin(x, draw(index, 0, Noise.Purpose.REFINEMENT_INITIAL, x.length));
        for (int i = 0; i < windows.stride(); i++) {
            waiting.remove();
        }
        open.add(new Window(index, x, source));
        if (order == Order.WAVEFRONT) {
            sweep(index);
        } else if (order == Order.CAUSAL) {
            alone(open.get(open.size() - 1));
        }
    }

    private static float[] joined(Deque<float[]> frames) {
        int size = frames.peek().length;
        float[] all = new float[frames.size() * size];
        int at = 0;
        for (float[] frame : frames) {
            System.arraycopy(frame, 0, all, at, size);
            at += size;
        }
        return all;
    }

    /** Window {@code diagonal} takes its step 0, the one before it its step 1, and so on. */
    private void sweep(int diagonal) throws CancelledException {
        for (int step = 0; step < solver.steps(); step++) {
            int index = diagonal - step;
            if (index >= firstWindow && index < begun) {
                predict(window(index), step);
            }
            if (index > firstWindow && index <= begun && step < solver.steps() - 1) {
                advance(window(index - 1), step);
            }
        }
        // The one after the oldest has taken its last step, for which it needed what the oldest had predicted.
        open.removeIf(window -> window.index < diagonal - solver.steps() + 1);
    }

    private void lockStep() throws CancelledException {
        for (int step = 0; step < solver.steps(); step++) {
            for (Window window : open) {
                predict(window, step);
            }
            if (step < solver.steps() - 1) {
                for (Window window : open) {
                    advance(window, step);
                }
            }
        }
    }

    /** Takes all steps of the newest window. */
    private void alone(Window window) throws CancelledException {
        for (int step = 0; step < solver.steps(); step++) {
            predict(window, step);
            if (step < solver.steps() - 1) {
                advance(window, step);
            }
        }
        open.removeIf(before -> before != window);
    }

    private Window window(int index) {
        return open.get(index - open.get(0).index);
    }

    private void predict(Window window, int step) throws CancelledException {
        window.previous = window.clean;
        window.clean = refiner.clean(window.index, step, window.x, window.source);
        int overlap = windows.overlap() * frameSize(window);
        if (order == Order.CAUSAL) {
            window.tails.add(Arrays.copyOfRange(window.clean, window.clean.length - overlap, window.clean.length));
        }
        if (window.index > firstWindow && sharing == Sharing.BLENDED && overlap > 0) {
            blend(window, step, overlap);
        }
        if (step == solver.steps() - 1) {
            // What the next window will make of their overlap can't change the frames before it any more.
            advance(window, step);
            // Where windows are not the same in their overlap, the film changes over in its middle.
            int shift = sharing == Sharing.BLENDED ? 0 : windows.overlap() / 2;
            give(window, windows.first(window.index) + windows.stride() + shift);
        }
    }

    private void blend(Window window, int step, int overlap) {
        Window before = window(window.index - 1);
        int kept = noise.uniform(windows.overlap(), window.index, step, Noise.Purpose.BLEND) * frameSize(window);
        if (order == Order.CAUSAL) {
            System.arraycopy(before.tails.get(step), 0, window.clean, 0, kept);
        } else {
            int from = window.clean.length - overlap;
            System.arraycopy(before.clean, from, window.clean, 0, kept);
            System.arraycopy(window.clean, kept, before.clean, from + kept, overlap - kept);
        }
    }

    private void advance(Window window, int step) {
        Supplier<float[]> draws = () -> draw(window.index, step, Noise.Purpose.REFINEMENT_STEP, window.x.length);
        solver.step(step, window.x, window.clean, window.previous, draws);
    }

    /** Gives away a window's frames up to the film's frame {@code to}, but for those that have left already. */
    private void give(Window window, long to) {
        int size = frameSize(window);
        for (; given < Math.min(to, received); given++) {
            int i = Math.toIntExact(given - windows.first(window.index));
            sink.accept(given, Arrays.copyOfRange(window.x, i * size, (i + 1) * size));
        }
    }

    private int frameSize(Window window) {
        return window.x.length / windows.frames();
    }

    /** Noise of a window: that of its frames, wherever they are shared. */
    private float[] draw(int window, int step, Noise.Purpose purpose, int length) {
        int size = length / windows.frames();
        float[] all = new float[length];
        float[] one = new float[size];
        for (int i = 0; i < windows.frames(); i++) {
            long place = sharing == Sharing.NOTHING
                    ? -1 - ((long) window * windows.frames() + i)
                    : windows.first(window) + i;
            noise.fill(one, Math.toIntExact(place), step, purpose);
            System.arraycopy(one, 0, all, i * size, size);
        }
        return all;
    }
}
