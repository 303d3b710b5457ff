package dev.longtake.measure;

import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;

import dev.longtake.film.ChunkPlan;
import dev.longtake.film.InvalidFieldException;
import dev.longtake.film.VideoFrames;
import dev.longtake.measure.FilmScores.Drift;
import dev.longtake.measure.FilmScores.Identity;
import dev.longtake.measure.FilmScores.Motion;
import dev.longtake.measure.FilmScores.Seam;
import dev.longtake.measure.FilmScores.Series;
import dev.longtake.measure.FilmScores.Stretch;
import dev.longtake.measure.PictureLook.Look;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * Watches a film, frame by frame, and says how good it is. Memory does not grow with the film but for a few numbers
 * per frame. Not thread-safe.
 *
 * <p>The measures and where they come from: cuts, {@link CutDetector} (PySceneDetect); warp error, {@link WarpError}
 * (StreamingT2V §5.1); prompt fit, switches and identity, {@link Verdicts} (the pack's {@link Judge}); motion, drift
 * and seam as {@link FilmScores} defines them. Flow is OpenCV's DIS throughout ({@link PairFlow}).
 */
public final class FilmScorer implements AutoCloseable {

    static {
        OpenCv.load();
    }

    private final Optional<Verdicts> verdicts;
    private final Optional<ChunkPlan> plan;
    private final CutDetector cuts = new CutDetector();
    private final WarpError warpError = new WarpError();
    private final List<Double> contents = new ArrayList<>();
    private final List<PairFlow.Motion> flows = new ArrayList<>();
    private final List<Look> looks = new ArrayList<>();
    private final FrameChange change = new FrameChange();
    private final PairFlow pairFlow = new PairFlow();
    private final PictureLook pictureLook = new PictureLook();
    private BytePointer pixels = new BytePointer();
    private Mat picture = new Mat();

    /**
     * Begins with a film's first frame.
     *
     * @param judge    who says what the frames show; stays the caller's. Without one nothing that needs it is measured
     * @param segments what the film must show, ascending, the first from frame 0; empty: nothing is asked
     * @param plan     where the chunks are; empty for films from anywhere
     * @throws InvalidFieldException if the segments are out of order or ask for what the judge can't tell
     */
    public FilmScorer(Optional<Judge> judge, List<Segment> segments, Optional<ChunkPlan> plan) {
        this.verdicts = judge.map(asked -> new Verdicts(asked, segments));
        this.plan = plan;
    }

    /**
     * Takes the film's next frames.
     *
     * @throws InvalidFieldException if they are of another size than those before
     */
    public void accept(VideoFrames frames) {
        if (frames.count() == 0) {
            return;
        }
        if (looks.isEmpty()) {
            pixels = new BytePointer((long) frames.height() * frames.width() * 3);
            picture = new Mat(frames.height(), frames.width(), CV_8UC3, pixels);
        } else if (frames.height() != picture.rows() || frames.width() != picture.cols()) {
            throw new InvalidFieldException("frames", frames.width() + "x" + frames.height(),
                    picture.cols() + "x" + picture.rows() + " like those before");
        }
        verdicts.ifPresent(seen -> seen.accept(frames));
        int size = frames.height() * frames.width() * 3;
        for (int i = 0; i < frames.count(); i++) {
            pixels.put(frames.rgb(), i * size, size);
            watch();
        }
    }

    private void watch() {
        looks.add(pictureLook.accept(picture));
        double content = change.accept(picture);
        contents.add(content);
        cuts.accept(content);
        pairFlow.accept(picture).ifPresent(flow -> {
            flows.add(flow);
            warpError.accept(flow.warpError(), flow.flow(), flow.squaredFlow());
        });
    }

    /** The scores of the film as far as it is known; more frames may follow. */
    public FilmScores scores() {
        int frames = looks.size();
        Optional<Verdicts.Result> seen = verdicts.map(Verdicts::result);
        List<SegmentScores> segments = seen.map(Verdicts.Result::segments).orElse(List.of());
        return new FilmScores(
                frames,
                cuts.cuts(),
                warpError.mawe(),
                warpError.asPrinted(),
                warpError.still(),
                flows.isEmpty() ? null : mean(flows, PairFlow.Motion::filmFlow),
                flows.isEmpty() ? null : mean(flows, PairFlow.Motion::filmSquaredFlow),
                segments.isEmpty() ? null : seen.orElseThrow().fit(0, frames),
                segments,
                seen.map(result -> result.identity(firstChunk())).orElse(null),
                motion(frames),
                drift(frames, seen),
                seam(frames),
                new Series(
                        flows.stream().map(flow -> rounded(flow.filmFlow())).toList(),
                        contents.stream().skip(1).map(FilmScorer::rounded).toList(),
                        seen.map(Verdicts.Result::hits).orElse(List.of())));
    }

    private int firstChunk() {
        return plan.map(ChunkPlan::frames).orElse(Identity.FIRST_FRAMES);
    }

    private Motion motion(int frames) {
        if (frames < Stretch.FRAMES) {
            return null;
        }
        int pairs = Stretch.FRAMES - 1;
        double first = mean(flows.subList(0, pairs), PairFlow.Motion::filmFlow);
        double last = mean(flows.subList(flows.size() - pairs, flows.size()), PairFlow.Motion::filmFlow);
        return new Motion(first, last, frames < 2 * Stretch.FRAMES ? null : ratio(last, first));
    }

    private Drift drift(int frames, Optional<Verdicts.Result> seen) {
        if (frames < 2 * Stretch.FRAMES) {
            return null;
        }
        Stretch first = stretch(0, Stretch.FRAMES, seen);
        Stretch last = stretch(frames - Stretch.FRAMES, frames, seen);
        boolean judged = first.accuracy() != null && last.accuracy() != null;
        return new Drift(
                first,
                last,
                ratio(last.sharpness(), first.sharpness()),
                farthest(last.colour(), first.colour()),
                ratio(last.colourDeviation(), first.colourDeviation()),
                judged ? ratio(last.accuracy(), first.accuracy()) : null);
    }

    private Stretch stretch(int from, int to, Optional<Verdicts.Result> seen) {
        List<Look> part = looks.subList(from, to);
        return new Stretch(
                mean(part, Look::sharpness),
                List.of(mean(part, Look::red), mean(part, Look::green), mean(part, Look::blue)),
                mean(part, Look::colourDeviation),
                seen.map(result -> result.accuracy(from, to)).orElse(null));
    }

    /** The ratio farthest from 1, up or down alike; null if one of them has no value. */
    private static Double farthest(List<Double> over, List<Double> under) {
        Double farthest = 1.0;
        for (int i = 0; i < over.size() && farthest != null; i++) {
            Double ratio = ratio(over.get(i), under.get(i));
            if (ratio == null || Math.abs(ratio - 1) > Math.abs(farthest - 1)) {
                farthest = ratio;
            }
        }
        return farthest;
    }

    private Seam seam(int frames) {
        if (plan.isEmpty() || plan.get().chunksFor(frames) < 2) {
            return null;
        }
        boolean[] border = new boolean[frames];
        for (int chunk = 1; plan.get().firstFrame(chunk) < frames; chunk++) {
            border[plan.get().firstFrame(chunk)] = true;
        }
        double flowAt = meanOfPairs(border, true, frame -> flows.get(frame - 1).filmFlow());
        double flowInside = meanOfPairs(border, false, frame -> flows.get(frame - 1).filmFlow());
        double pixelsAt = meanOfPairs(border, true, frame -> looks.get(frame).jump());
        double pixelsInside = meanOfPairs(border, false, frame -> looks.get(frame).jump());
        return new Seam(flowAt, flowInside, ratio(flowAt, flowInside),
                pixelsAt, pixelsInside, ratio(pixelsAt, pixelsInside));
    }

    /** Mean over the frames that have one before them and that are, or are not, the first of their chunk. */
    private static double meanOfPairs(boolean[] border, boolean wanted, ToDoubleFunction<Integer> value) {
        List<Integer> chosen = new ArrayList<>();
        for (int frame = 1; frame < border.length; frame++) {
            if (border[frame] == wanted) {
                chosen.add(frame);
            }
        }
        return mean(chosen, value);
    }

    private static <T> double mean(List<T> items, ToDoubleFunction<T> value) {
        return items.stream().mapToDouble(value).average().orElseThrow();
    }

    private static Double ratio(double over, double under) {
        return under == 0 ? null : over / under;
    }

    private static double rounded(double value) {
        return Math.round(value * 1000) / 1000.0;
    }

    @Override
    public void close() {
        picture.close();
        pixels.close();
        change.close();
        pairFlow.close();
        pictureLook.close();
    }
}
