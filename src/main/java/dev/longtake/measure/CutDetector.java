package dev.longtake.measure;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Finds hard cuts by the rule of PySceneDetect's {@code AdaptiveDetector} (0.6 and 0.7) with its default settings:
 * adaptive_threshold 3.0, min_scene_len 15, window_width 2, min_content_val 15.0. StreamingT2V §5.1 counts a film's
 * cuts with it (SCuts).
 *
 * <p>A frame's adaptive ratio is its content value (how much it differs from the frame before, see {@link
 * FrameChange}) over the mean content value of the two frames before it and the two after it, at most 255; where that
 * mean is below 0.00001 the ratio is 255 if the content value reaches 15 and 0 otherwise. A frame begins a new shot
 * if its ratio is at least 3 and its content value at least 15. The film's first two and last two frames have no
 * whole window and are never cuts; the first frame's content value is 0 and takes part in the windows of the next
 * two.
 *
 * <p>A new shot must be 15 frames long, but that is counted as the library counts: from the last cut (from frame 0
 * where there was none) to the <em>end of the window</em>, two frames after the frame in question. So the earliest
 * cut is frame 13, and cuts are at least 13 frames apart. A cut that comes too early is dropped, not put off.
 */
final class CutDetector {

    private static final double ADAPTIVE_THRESHOLD = 3.0;
    private static final int MIN_SCENE_FRAMES = 15;
    private static final int WINDOW = 2;
    private static final double MIN_CONTENT = 15.0;
    private static final double LARGEST_RATIO = 255.0;
    private static final double NOTHING = 0.00001;

    private final Deque<Double> window = new ArrayDeque<>();
    private final List<Integer> cuts = new ArrayList<>();
    private int frames;
    private int lastCut;
    private double ratio = Double.NaN;

    /** Takes the next frame's content value, 0 to 255; the first frame's is 0. */
    void accept(double content) {
        int now = frames++;
        window.addLast(content);
        if (window.size() < 2 * WINDOW + 1) {
            return;
        }
        List<Double> values = List.copyOf(window);
        window.removeFirst();
        double target = values.get(WINDOW);
        double around = 0;
        for (int i = 0; i < values.size(); i++) {
            around += i == WINDOW ? 0 : values.get(i);
        }
        ratio = ratio(target, around / (2 * WINDOW));
        if (ratio >= ADAPTIVE_THRESHOLD && target >= MIN_CONTENT && now - lastCut >= MIN_SCENE_FRAMES) {
            lastCut = now - WINDOW;
            cuts.add(lastCut);
        }
    }

    private static double ratio(double target, double around) {
        if (around >= NOTHING) {
            return Math.min(target / around, LARGEST_RATIO);
        }
        return target >= MIN_CONTENT ? LARGEST_RATIO : 0;
    }

    /** Adaptive ratio of the frame {@value #WINDOW} before the one taken last; NaN before there is a whole window. */
    double ratio() {
        return ratio;
    }

    /** Frames that begin a new shot, ascending. */
    List<Integer> cuts() {
        return List.copyOf(cuts);
    }
}
