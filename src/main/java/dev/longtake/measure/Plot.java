package dev.longtake.measure;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * A film's numbers, frame by frame, as the parts of an SVG picture of {@value #WIDTH} × {@value #HEIGHT}.
 *
 * @param title  what is plotted
 * @param most   the largest value, as text; what the upper edge stands for
 * @param line   an SVG path; empty without values
 * @param bars   from left to right
 * @param marks  where something happens: x coordinates
 * @param scenes where the prompt changes: x coordinates
 */
record Plot(String title, String most, String line, List<Bar> bars, List<String> marks, List<String> scenes) {

    static final int WIDTH = 600;
    static final int HEIGHT = 60;

    /**
     * Frames in a row that are alike.
     *
     * @param kind a CSS class
     */
    record Bar(String x, String width, String kind) {}

    /** A curve of one value per frame pair, drawn at the later frame. */
    static Plot curve(String title, Unit unit, List<Double> values, Collection<Integer> marks, Axis axis) {
        double most = values.stream().filter(Objects::nonNull).mapToDouble(Double::doubleValue).max().orElse(0);
        StringBuilder path = new StringBuilder();
        for (int i = 0; i < values.size(); i++) {
            if (values.get(i) != null && most > 0) {
                path.append(path.isEmpty() ? 'M' : 'L').append(axis.at(i + 1)).append(' ')
                        .append(number(HEIGHT * (1 - values.get(i) / most)));
            }
        }
        return new Plot(title, "up to " + unit.write(most), path.toString(), List.of(),
                marks.stream().map(axis::at).toList(), axis.scenes());
    }

    /** Frames that are right, wrong or not judged. */
    static Plot hits(String title, List<Boolean> hits, Axis axis) {
        List<Bar> bars = new ArrayList<>();
        int from = 0;
        for (int i = 1; i <= hits.size(); i++) {
            if (i == hits.size() || !Objects.equals(hits.get(i), hits.get(from))) {
                Boolean hit = hits.get(from);
                bars.add(new Bar(axis.at(from), number((i - from) * axis.step()),
                        hit == null ? "open" : hit ? "hit" : "miss"));
                from = i;
            }
        }
        return new Plot(title, "", "", bars, List.of(), axis.scenes());
    }

    /** Where a film's frames are. */
    record Axis(int frames, List<Integer> changes) {

        double step() {
            return (double) WIDTH / Math.max(1, frames);
        }

        String at(int frame) {
            return number(frame * step());
        }

        List<String> scenes() {
            return changes.stream().map(this::at).toList();
        }
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
