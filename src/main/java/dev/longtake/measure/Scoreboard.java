package dev.longtake.measure;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.longtake.director.Conditioning;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What an evaluation comes to: a table of measures with their goals.
 *
 * <p>Averages over films weigh every frame the same. A ratio of end to start is that of the sums over all films, so
 * that a film in which next to nothing moves can't drown the others; "strays by" is the mean over films of how far a
 * ratio is from 1, either way.
 *
 * @param rows in the order in which people read them
 */
public record Scoreboard(List<Row> rows) {

    private static final int CUT_FRAMES = 240;
    private static final int SWITCH_FRAMES = 16;
    /** An ablation is clearly worse by so many cuts per 240 frames (the paper: by 0.25), … */
    private static final double CLEARLY_MORE_CUTS = 0.1;
    /** … or by such a share of the frames. */
    private static final double CLEARLY_LESS_IDENTITY = 0.05;

    private static final Conditioning NO_CAM = new Conditioning(false, true);
    private static final Conditioning NO_APM = new Conditioning(true, false);

    private static final Map<String, Double> KIND_GOALS =
            Map.of("actor", 0.90, "place", 0.95, "time", 0.97, "weather", 0.90, "action", 0.80);
    /** As people read them. */
    static final List<String> KINDS = List.of("actor", "place", "time", "weather", "action");

    public Scoreboard {
        rows = List.copyOf(rows);
    }

    /**
     * One measure.
     *
     * @param goal   null where none is set
     * @param value  null where it was not measured
     * @param chance what guessing comes to; null where that makes no sense
     * @param basis  what it was measured on
     */
    public record Row(
            String group,
            String measure,
            Goal goal,
            @JsonIgnore Unit unit,
            Double value,
            Double chance,
            String basis) {

        /** Whether the goal is reached; null without goal or value. */
        @JsonProperty("reached")
        public Boolean reached() {
            return goal == null || value == null ? null : goal.reachedBy(value);
        }

        public boolean measured() {
            return value != null;
        }

        public String valueText() {
            return value == null ? "not measured" : unit.write(value);
        }

        public String goalText() {
            return goal == null ? "" : goal.relation().sign() + " " + unit.writeBound(goal.bound());
        }

        public String chanceText() {
            return chance == null ? "" : unit.write(chance);
        }

        public String verdict() {
            return reached() == null ? "" : reached() ? "reached" : "not reached";
        }
    }

    /**
     * The table of a pack.
     *
     * @param labels the classes that the judge tells apart, by kind
     * @param truth  what comes of clips that are known; empty if that was not asked
     */
    public static Scoreboard of(
            List<FilmResult> results, Map<String, List<String>> labels, Optional<TruthStudy> truth) {
        Builder builder = new Builder(results, labels);
        builder.promptFit();
        builder.paraphrases();
        builder.cuts();
        builder.longFilms();
        builder.timelines();
        builder.ablations();
        builder.rows.addAll(RefinementRows.of(results, truth));
        builder.speed();
        builder.alsoMeasured();
        return new Scoreboard(builder.rows);
    }

    /** The table of a pack whose enhancer was not held to the truth. */
    public static Scoreboard of(List<FilmResult> results, Map<String, List<String>> labels) {
        return of(results, labels, Optional.empty());
    }

    /** The table of videos from anywhere: what can be said without knowing what they should show. */
    public static Scoreboard ofVideos(List<FilmResult> results) {
        Builder builder = new Builder(results, Map.of());
        builder.films("Films", builder.films(trial -> true));
        return new Scoreboard(builder.rows);
    }

    /** Adds the rows. */
    private static final class Builder {

        private final List<FilmResult> results;
        private final Map<String, List<String>> labels;
        private final List<Row> rows = new ArrayList<>();

        Builder(List<FilmResult> results, Map<String, List<String>> labels) {
            this.results = results;
            this.labels = labels;
        }

        void promptFit() {
            List<FilmResult> films = suite(Suite.PROMPTS);
            PromptFit fit = fit(films);
            for (String kind : KINDS) {
                add("Prompt fit", kind, Goal.atLeast(KIND_GOALS.get(kind)), Unit.SHARE, share(fit, kind), chance(kind),
                        films);
            }
            add("Prompt fit", "all together", null, Unit.SHARE, share(fit, PromptFit.ALL), null, films);
        }

        void paraphrases() {
            List<FilmResult> films = suite(Suite.PARAPHRASES);
            PromptFit fit = fit(films);
            for (String kind : KINDS) {
                add("Paraphrases", kind, null, Unit.SHARE, share(fit, kind), chance(kind), films);
            }
            add("Paraphrases", "average of these", Goal.atLeast(0.75), Unit.SHARE,
                    mean(KINDS.stream().map(kind -> share(fit, kind))), mean(KINDS.stream().map(this::chance)), films);
        }

        void cuts() {
            List<FilmResult> films = films(trial ->
                    // Ablations have rows of their own.
                    trial.whole() && trial.scenes().size() == 1 && trial.suite() != Suite.ABLATIONS);
            add("Cuts", "cuts per 240 frames", Goal.atMost(0.04), Unit.CUTS, cuts(films), null, films);
        }

        void longFilms() {
            List<FilmResult> films = suite(Suite.LONG);
            String group = "Films of " + (films.isEmpty() ? 1200 : films.get(0).trial().frames()) + " frames";
            add(group, "frames that keep their actor", Goal.atLeast(0.95), Unit.SHARE, identity(films), null, films);
            add(group, "motion at the end against the start", Goal.atLeast(0.90), Unit.SHARE, stagnation(films), null,
                    films);
            add(group, "judge's accuracy at the end against the start", Goal.atLeast(0.95), Unit.SHARE,
                    ratio(films, result -> result.scores().drift(), drift -> drift.last().accuracy(),
                            drift -> drift.first().accuracy()), null, films);
            strays(group, films, Goal.atMost(0.10));
        }

        private void strays(String group, List<FilmResult> films, Goal goal) {
            add(group, "sharpness strays by", goal, Unit.SHARE, strays(films, FilmScores.Drift::sharpness), null,
                    films);
            add(group, "colour strays by", goal, Unit.SHARE, strays(films, FilmScores.Drift::colour), null, films);
            add(group, "spread of colours strays by", goal, Unit.SHARE,
                    strays(films, FilmScores.Drift::colourDeviation), null, films);
        }

        void timelines() {
            List<FilmResult> films = suite(Suite.TIMELINES);
            long shown = films.stream().filter(Builder::switchesInTime).count();
            add("Timelines", "new prompts show within 16 frames", Goal.atLeast(0.90), Unit.SHARE,
                    films.isEmpty() ? null : (double) shown / films.size(), null, films);
            add("Timelines", "cuts, all films together", Goal.atMost(0), Unit.WHOLE,
                    films.isEmpty() ? null : films.stream().mapToDouble(film -> film.scores().cuts().size()).sum(),
                    null, films);
            PromptFit fit = fit(films);
            add("Timelines", "right, all kinds together", null, Unit.SHARE, share(fit, PromptFit.ALL), null, films);
        }

        private static boolean switchesInTime(FilmResult film) {
            return film.scores().segments().stream()
                    .filter(segment -> !segment.changed().isEmpty() && segment.fromFrame() > 0)
                    .allMatch(segment -> segment.switchFrames() != null && segment.switchFrames() <= SWITCH_FRAMES);
        }

        void ablations() {
            List<FilmResult> whole = ablation(Conditioning.WHOLE);
            Double cuts = cuts(whole);
            Double identity = identity(whole);
            ablation("cuts per 240 frames", Unit.CUTS, Builder::cuts,
                    cuts == null ? null : Goal.atLeast(cuts + CLEARLY_MORE_CUTS), null);
            ablation("frames that keep their actor", Unit.SHARE, Builder::identity,
                    null, identity == null ? null : Goal.atMost(identity - CLEARLY_LESS_IDENTITY));
        }

        private void ablation(String measure, Unit unit, Function<List<FilmResult>, Double> value, Goal withoutCam,
                Goal withoutApm) {
            List<FilmResult> whole = ablation(Conditioning.WHOLE);
            List<FilmResult> noCam = ablation(NO_CAM);
            List<FilmResult> noApm = ablation(NO_APM);
            add("Ablations", measure + ", whole model", null, unit, value.apply(whole), null, whole);
            add("Ablations", measure + ", without CAM", withoutCam, unit, value.apply(noCam), null, noCam);
            add("Ablations", measure + ", without APM", withoutApm, unit, value.apply(noApm), null, noApm);
        }

        void speed() {
            List<FilmResult> films = films(Trial::whole);
            List<FilmPace> paces = films.stream().map(FilmResult::pace).filter(Objects::nonNull).toList();
            String processors = paces.stream().map(FilmPace::processors).distinct().map(String::valueOf)
                    .collect(Collectors.joining(" or "));
            String basis = "median chunk of " + films(films.size()) + ", "
                    + (processors.equals("1") ? "1 processor" : processors + " processors");
            rows.add(new Row("Speed", "frames per second", Goal.atLeast(8), Unit.SPEED,
                    FilmPace.framesPerSecond(paces), null, paces.isEmpty() ? "" : basis));
            rows.add(new Row("Speed", "first frames after", Goal.atMost(2), Unit.SECONDS,
                    FilmPace.firstSeconds(paces), null, paces.isEmpty() ? "" : basis));
        }

        void alsoMeasured() {
            List<FilmResult> films = films(trial -> trial.whole() && trial.scenes().size() == 1);
            motion("Also measured", films);
            add("Also measured", "motion at chunk borders against inside", null, Unit.RATIO,
                    mean(films, result -> result.scores().seam(), FilmScores.Seam::flow), null, films);
            add("Also measured", "change of pixels at chunk borders against inside", null, Unit.RATIO,
                    mean(films, result -> result.scores().seam(), FilmScores.Seam::pixels), null, films);
        }

        void films(String group, List<FilmResult> films) {
            add(group, "cuts per 240 frames", null, Unit.CUTS, cuts(films), null, films);
            motion(group, films);
            add(group, "motion at the end against the start", null, Unit.SHARE, stagnation(films), null, films);
            strays(group, films, null);
        }

        private void motion(String group, List<FilmResult> films) {
            add(group, "MAWE with DIS flow", null, Unit.ERROR, mean(films, FilmResult::scores, FilmScores::mawe), null,
                    films);
            add(group, "mean flow per frame", null, Unit.PIXELS, mean(films, FilmResult::scores, FilmScores::meanFlow),
                    null, films);
        }

        private void add(String group, String measure, Goal goal, Unit unit, Double value, Double chance,
                List<FilmResult> films) {
            long frames = films.stream().mapToLong(result -> result.scores().frames()).sum();
            String basis = films(films.size()) + ", " + String.format(Locale.ROOT, "%,d", frames) + " frames";
            boolean measured = value != null;
            rows.add(new Row(group, measure, goal, unit, value, measured ? chance : null, measured ? basis : ""));
        }

        private static String films(int count) {
            return count == 1 ? "1 film" : count + " films";
        }

        private List<FilmResult> films(Predicate<Trial> chosen) {
            return results.stream().filter(result -> chosen.test(result.trial())).toList();
        }

        private List<FilmResult> suite(Suite suite) {
            return films(trial -> trial.suite() == suite);
        }

        private List<FilmResult> ablation(Conditioning conditioning) {
            return films(trial -> trial.suite() == Suite.ABLATIONS && trial.conditioning().equals(conditioning));
        }

        private Double chance(String kind) {
            return labels.containsKey(kind) ? 1.0 / labels.get(kind).size() : null;
        }

        private static PromptFit fit(List<FilmResult> films) {
            return films.stream().map(result -> result.scores().promptFit()).filter(Objects::nonNull)
                    .reduce(PromptFit.NONE, PromptFit::plus);
        }

        private static Double share(PromptFit fit, String kind) {
            return fit.judged().getOrDefault(kind, 0) == 0 ? null : fit.share(kind);
        }

        private static Double cuts(List<FilmResult> films) {
            double cuts = films.stream().mapToDouble(film -> film.scores().cuts().size()).sum();
            double frames = films.stream().mapToDouble(film -> film.scores().frames()).sum();
            return frames == 0 ? null : CUT_FRAMES * cuts / frames;
        }

        private static Double identity(List<FilmResult> films) {
            double kept = 0;
            double frames = 0;
            for (FilmResult film : films) {
                if (film.scores().identity() != null) {
                    kept += film.scores().identity().share() * film.scores().frames();
                    frames += film.scores().frames();
                }
            }
            return frames == 0 ? null : kept / frames;
        }

        private static Double stagnation(List<FilmResult> films) {
            return ratio(films, result -> result.scores().motion(),
                    motion -> motion.stagnation() == null ? null : motion.last(), FilmScores.Motion::first);
        }

        /** Sum over sum, of the films that have both. */
        private static <T> Double ratio(List<FilmResult> films, Function<FilmResult, T> part, Function<T, Double> above,
                Function<T, Double> below) {
            double sumAbove = 0;
            double sumBelow = 0;
            for (FilmResult film : films) {
                T found = part.apply(film);
                if (found != null && above.apply(found) != null && below.apply(found) != null) {
                    sumAbove += above.apply(found);
                    sumBelow += below.apply(found);
                }
            }
            return sumBelow == 0 ? null : sumAbove / sumBelow;
        }

        private static Double strays(List<FilmResult> films, Function<FilmScores.Drift, Double> ratio) {
            return mean(films.stream()
                    .map(film -> film.scores().drift())
                    .filter(Objects::nonNull)
                    .map(ratio)
                    .filter(Objects::nonNull)
                    .map(value -> Math.abs(value - 1)));
        }

        private static <T> Double mean(
                List<FilmResult> films, Function<FilmResult, T> part, Function<T, Double> value) {
            return mean(films.stream().map(part).filter(Objects::nonNull).map(value));
        }

        private static Double mean(Stream<Double> values) {
            List<Double> known = values.filter(Objects::nonNull).toList();
            return known.isEmpty() ? null : known.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
        }
    }
}
