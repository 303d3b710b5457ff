package dev.longtake.measure;

import dev.longtake.film.InvalidFieldException;
import dev.longtake.film.VideoFrames;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the judge sees in a film, frame by frame, beside what each segment asks for.
 *
 * <p>The action takes a clip to see: each segment is cut into clips of 8 frames from its first frame on, and all
 * frames of a clip have the clip's action. What is left over at the segment's end, fewer than 8 frames, has the
 * action of the segment's last 8. So no clip spans a change of the prompt, and no verdict waits for more than 7
 * frames to come. In a segment shorter than 8 frames the action isn't judged.
 */
final class Verdicts {

    private static final String ACTOR = "actor";

    private final Judge judge;
    private final List<Segment> segments;
    /** One name for each frame by kind; null where the judge can't tell (yet). */
    private final Map<String, List<String>> seen = new LinkedHashMap<>();
    /** The last frames of the current segment, up to a clip of them, at the judge's size. */
    private final List<byte[]> recent = new ArrayList<>();
    private VideoFrames shape;
    private int frames;

    Verdicts(Judge judge, List<Segment> segments) {
        this.judge = judge;
        this.segments = List.copyOf(segments);
        judge.labels().keySet().forEach(kind -> seen.put(kind, new ArrayList<>()));
        for (int i = 0; i < segments.size(); i++) {
            check(i);
        }
    }

    private void check(int index) {
        String field = "segments[" + index + "]";
        Segment segment = segments.get(index);
        if (index == 0 && segment.fromFrame() != 0) {
            throw new InvalidFieldException(field + ".fromFrame", segment.fromFrame(), "0");
        }
        if (index > 0 && segment.fromFrame() <= segments.get(index - 1).fromFrame()) {
            throw new InvalidFieldException(field + ".fromFrame", segment.fromFrame(),
                    "above " + segments.get(index - 1).fromFrame() + ", where the segment before begins");
        }
        segment.expected().forEach((kind, name) -> {
            if (!judge.labels().containsKey(kind)) {
                throw new InvalidFieldException(field + ".expected", kind,
                        "made of " + new TreeSet<>(judge.labels().keySet()));
            }
            if (!judge.labels().get(kind).contains(name)) {
                throw new InvalidFieldException(
                        field + ".expected." + kind, name, "one of " + judge.labels().get(kind));
            }
        });
    }

    void accept(VideoFrames pictures) {
        VideoFrames small = judge.scale(pictures);
        shape = small;
        Map<String, List<String>> looks = judge.look(small);
        int size = small.height() * small.width() * 3;
        for (int i = 0; i < small.count(); i++) {
            int segment = segmentAt(frames);
            if (frames > 0 && frames == start(segment)) {
                judgeRest(segmentAt(frames - 1));
                recent.clear();
            }
            for (Map.Entry<String, List<String>> kind : seen.entrySet()) {
                kind.getValue().add(kind.getKey().equals(Judge.ACTION) ? null : looks.get(kind.getKey()).get(i));
            }
            frames++;
            if (asksForAction(segment)) {
                if (recent.size() == judge.clipFrames()) {
                    recent.remove(0);
                }
                byte[] picture = new byte[size];
                System.arraycopy(small.rgb(), i * size, picture, 0, size);
                recent.add(picture);
                if ((frames - start(segment)) % judge.clipFrames() == 0) {
                    setActions(seen.get(Judge.ACTION), judge.clipFrames());
                }
            }
        }
    }

    private void judgeRest(int segment) {
        int rest = (frames - start(segment)) % judge.clipFrames();
        if (rest > 0 && recent.size() == judge.clipFrames()) {
            setActions(seen.get(Judge.ACTION), rest);
        }
    }

    /** The last {@code count} frames show what the last clip shows. */
    private void setActions(List<String> actions, int count) {
        int size = recent.get(0).length;
        byte[] rgb = new byte[recent.size() * size];
        for (int i = 0; i < recent.size(); i++) {
            System.arraycopy(recent.get(i), 0, rgb, i * size, size);
        }
        String action = judge.action(new VideoFrames(recent.size(), shape.height(), shape.width(), rgb));
        Collections.fill(actions.subList(actions.size() - count, actions.size()), action);
    }

    private boolean asksForAction(int segment) {
        return !segments.isEmpty() && segments.get(segment).expected().containsKey(Judge.ACTION);
    }

    private int segmentAt(int frame) {
        int segment = 0;
        while (segment + 1 < segments.size() && segments.get(segment + 1).fromFrame() <= frame) {
            segment++;
        }
        return segment;
    }

    private int start(int segment) {
        return segments.isEmpty() ? 0 : segments.get(segment).fromFrame();
    }

    /** What is known after the frames so far, as if the film ended here. */
    Result result() {
        if (frames > 0) {
            judgeRest(segmentAt(frames - 1));
        }
        Map<String, List<String>> copy = new HashMap<>();
        seen.forEach((kind, names) -> copy.put(kind, new ArrayList<>(names)));
        return new Result(segments, copy, frames);
    }

    /** The verdicts on a whole film. */
    static final class Result {
        private final List<Segment> segments;
        private final Map<String, List<String>> seen;
        private final int frames;

        private Result(List<Segment> segments, Map<String, List<String>> seen, int frames) {
            this.segments = segments;
            this.seen = seen;
            this.frames = frames;
        }

        /** Frames {@code from} to {@code to} (exclusive), each compared with what its segment asks for. */
        PromptFit fit(int from, int to) {
            PromptFit sum = PromptFit.NONE;
            for (int i = 0; i < segments.size(); i++) {
                sum = sum.plus(fit(i, Math.max(from, segments.get(i).fromFrame()), Math.min(to, end(i))));
            }
            return sum;
        }

        private PromptFit fit(int segment, int from, int to) {
            if (from >= to) {
                return PromptFit.NONE;
            }
            Map<String, List<String>> part = new HashMap<>();
            seen.forEach((kind, names) -> part.put(kind, names.subList(from, to)));
            return PromptFit.of(segments.get(segment).expected(), part);
        }

        /** The segments that the film is long enough for. */
        List<SegmentScores> segments() {
            List<SegmentScores> scores = new ArrayList<>();
            for (int i = 0; i < segments.size() && segments.get(i).fromFrame() < frames; i++) {
                Segment segment = segments.get(i);
                Set<String> changed = changed(i);
                scores.add(new SegmentScores(segment.fromFrame(), segment.expected(),
                        fit(i, segment.fromFrame(), end(i)), changed, switchFrames(i, changed)));
            }
            return scores;
        }

        private Set<String> changed(int index) {
            Set<String> changed = new TreeSet<>();
            if (index > 0) {
                Map<String, String> before = segments.get(index - 1).expected();
                segments.get(index).expected().forEach((kind, name) -> {
                    if (!name.equals(before.get(kind))) {
                        changed.add(kind);
                    }
                });
            }
            return changed;
        }

        private Integer switchFrames(int index, Set<String> changed) {
            Segment segment = segments.get(index);
            int steady = 0;
            for (int frame = segment.fromFrame(); frame < end(index) && !changed.isEmpty(); frame++) {
                int now = frame;
                boolean right = changed.stream()
                        .allMatch(kind -> segment.expected().get(kind).equals(seen.get(kind).get(now)));
                steady = right ? steady + 1 : 0;
                if (steady == SegmentScores.STEADY_FRAMES) {
                    return frame + 1 - steady - segment.fromFrame();
                }
            }
            return null;
        }

        private int end(int segment) {
            return segment + 1 < segments.size() ? Math.min(frames, segments.get(segment + 1).fromFrame()) : frames;
        }

        /** Whether each frame shows all that was asked for; null where that isn't judged. Empty if nothing is asked. */
        List<Boolean> hits() {
            List<Boolean> hits = new ArrayList<>();
            for (int frame = 0; frame < frames && !segments.isEmpty(); frame++) {
                PromptFit fit = fit(frame, frame + 1);
                hits.add(fit.judged().containsKey(PromptFit.ALL) ? fit.share(PromptFit.ALL) == 1 : null);
            }
            return hits;
        }

        /** Mean over the kinds asked for of the share of frames that are right; null where nothing is judged. */
        Double accuracy(int from, int to) {
            PromptFit fit = fit(from, to);
            return fit.judged().isEmpty()
                    ? null
                    : fit.judged().keySet().stream()
                            .filter(kind -> !kind.equals(PromptFit.ALL))
                            .mapToDouble(fit::share)
                            .average()
                            .orElseThrow();
        }

        /**
         * Whether the actor stays the one it was.
         *
         * @param firstFrames of the first chunk
         * @return null in an empty film and with a judge that can't tell actors
         */
        FilmScores.Identity identity(int firstFrames) {
            int judged = framesBeforeAnotherActor();
            if (judged == 0 || !seen.containsKey(ACTOR)) {
                return null;
            }
            List<String> actors = seen.get(ACTOR).subList(0, judged);
            String first = mostFrequent(actors.subList(0, Math.min(firstFrames, judged)));
            List<Double> windows = new ArrayList<>();
            for (int from = 0; from < judged; from += FilmScores.Stretch.FRAMES) {
                windows.add(share(first, actors.subList(from, Math.min(judged, from + FilmScores.Stretch.FRAMES))));
            }
            return new FilmScores.Identity(first, share(first, actors), windows);
        }

        private int framesBeforeAnotherActor() {
            String actor = null;
            for (Segment segment : segments) {
                String asked = segment.expected().get(ACTOR);
                if (actor == null) {
                    actor = asked;
                } else if (asked != null && !asked.equals(actor)) {
                    return Math.min(frames, segment.fromFrame());
                }
            }
            return frames;
        }

        /** The earliest of them where several are. */
        private static String mostFrequent(List<String> names) {
            Map<String, Integer> counts = new LinkedHashMap<>();
            names.forEach(name -> counts.merge(name, 1, Integer::sum));
            String best = names.get(0);
            for (Map.Entry<String, Integer> count : counts.entrySet()) {
                if (count.getValue() > counts.get(best)) {
                    best = count.getKey();
                }
            }
            return best;
        }

        private static double share(String name, List<String> names) {
            return (double) Collections.frequency(names, name) / names.size();
        }
    }
}
