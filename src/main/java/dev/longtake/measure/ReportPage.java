package dev.longtake.measure;

import com.github.jknack.handlebars.Context;
import com.github.jknack.handlebars.Handlebars;
import com.github.jknack.handlebars.context.MapValueResolver;
import com.github.jknack.handlebars.context.MethodValueResolver;
import com.github.jknack.handlebars.io.ClassPathTemplateLoader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** An evaluation's page: what the template {@code evaluation.hbs} shows. */
final class ReportPage {

    private static final Map<Suite, String> ABOUT = Map.of(
            Suite.PROMPTS, "Held-out prompts from the grammar that also captions the training films.",
            Suite.PARAPHRASES, "Prompts that people wrote by hand.",
            Suite.TIMELINES, "Prompts that change in the middle of the film; a frame with a bright edge is where.",
            Suite.LONG, "The first prompts again, for as long as it takes to see whether anything wears off.",
            Suite.ABLATIONS, "Prompts that leave most open, with the whole model, without CAM and without APM.",
            Suite.ENHANCER, "The first prompts again, refined in several ways.",
            Suite.VIDEOS, "Files that were measured as they are.");

    private final EvaluationReport report;

    ReportPage(EvaluationReport report) {
        this.report = report;
    }

    /** Rows of the table that belong together. */
    record Group(String name, List<Scoreboard.Row> rows) {}

    /** A setting. */
    record Fact(String name, String value) {}

    /** A suite's films. */
    record Chapter(String name, String about, String count, List<Film> films) {}

    /** One film. */
    record Film(
            String id, String about, List<Line> lines, List<Picture> pictures, List<Fact> facts, List<Plot> plots) {}

    /** A prompt. */
    record Line(int frame, boolean later, String prompt, String asked) {}

    /** A still. */
    record Picture(int frame, boolean change, String src) {}

    String html() {
        Map<String, Object> model = new LinkedHashMap<>();
        EvaluationSettings settings = report.settings();
        model.put("title", settings == null ? "Films, measured" : settings.pack() + " " + settings.packVersion()
                + ", measured");
        model.put("facts", settings == null ? List.of() : List.of(
                new Fact("mode", settings.mode()),
                new Fact("steps", String.valueOf(settings.steps())),
                new Fact("guidance", String.valueOf(settings.guidance())),
                new Fact("device", settings.device()),
                new Fact("pack", settings.packDigest()),
                new Fact("judge", settings.judgeDigest())));
        model.put("verdict", verdict());
        model.put("groups", groups());
        model.put("chapters", chapters());
        model.put("face", font("averia-serif-libre-light.woff2"));
        model.put("italic", font("averia-serif-libre-light-italic.woff2"));
        model.put("width", Plot.WIDTH);
        model.put("height", Plot.HEIGHT);
        Context context = Context.newBuilder(model)
                .resolver(MapValueResolver.INSTANCE, MethodValueResolver.INSTANCE)
                .build();
        try {
            return new Handlebars(new ClassPathTemplateLoader("/dev/longtake/measure", ".hbs"))
                    .compile("evaluation")
                    .apply(context);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String verdict() {
        List<Boolean> verdicts = report.scoreboard().rows().stream()
                .map(Scoreboard.Row::reached).filter(Objects::nonNull).toList();
        long reached = verdicts.stream().filter(verdict -> verdict).count();
        return verdicts.isEmpty() ? "" : reached + " of " + verdicts.size() + " goals reached";
    }

    private List<Group> groups() {
        Map<String, List<Scoreboard.Row>> groups = report.scoreboard().rows().stream().collect(
                Collectors.groupingBy(Scoreboard.Row::group, LinkedHashMap::new, Collectors.toList()));
        return groups.entrySet().stream().map(group -> new Group(group.getKey(), group.getValue())).toList();
    }

    private List<Chapter> chapters() {
        Map<Suite, List<Film>> chapters = new TreeMap<>();
        for (FilmResult result : report.results()) {
            chapters.computeIfAbsent(result.trial().suite(), suite -> new ArrayList<>()).add(film(result));
        }
        return chapters.entrySet().stream()
                .map(entry -> new Chapter(entry.getKey().label(), ABOUT.get(entry.getKey()),
                        entry.getValue().size() == 1 ? "1 film" : entry.getValue().size() + " films",
                        entry.getValue()))
                .toList();
    }

    private static Film film(FilmResult result) {
        Trial trial = result.trial();
        List<Integer> changes = trial.scenes().stream().map(Scene::frame).filter(frame -> frame > 0).toList();
        List<Line> lines = trial.video() != null
                ? List.of(new Line(0, false, trial.video(), ""))
                : trial.scenes().stream()
                        .map(scene -> new Line(scene.frame(), scene.frame() > 0, scene.prompt(), asked(scene)))
                        .toList();
        List<Picture> pictures = result.stills().stream()
                .map(still -> new Picture(still.frame(), changes.contains(still.frame()),
                        "data:image/jpeg;base64," + Base64.getEncoder().encodeToString(still.jpeg())))
                .toList();
        String about = trial.video() != null ? trial.frames() + " frames"
                : trial.frames() + " frames, seed " + trial.seed() + ablation(trial);
        return new Film(trial.id(), about, lines, pictures, facts(result), plots(result, changes));
    }

    private static String ablation(Trial trial) {
        return (trial.conditioning().cam() ? "" : ", without CAM")
                + (trial.conditioning().apm() ? "" : ", without APM");
    }

    private static String asked(Scene scene) {
        return Scoreboard.KINDS.stream().map(scene.expected()::get).filter(Objects::nonNull)
                .collect(Collectors.joining(", "));
    }

    private static List<Plot> plots(FilmResult result, List<Integer> changes) {
        FilmScores scores = result.scores();
        Plot.Axis axis = new Plot.Axis(scores.frames(), changes);
        List<Plot> plots = new ArrayList<>();
        plots.add(Plot.curve("motion", Unit.PIXELS, scores.series().flow(), List.of(), axis));
        plots.add(Plot.curve("change of content; cuts are marked", Unit.RATIO, scores.series().content(), scores.cuts(),
                axis));
        if (!scores.series().hits().isEmpty()) {
            plots.add(Plot.hits("everything right", scores.series().hits(), axis));
        }
        return plots;
    }

    /** What is known about a film; what isn't is left out. */
    private static List<Fact> facts(FilmResult result) {
        FilmScores scores = result.scores();
        List<Fact> facts = new ArrayList<>();
        PromptFit fit = scores.promptFit();
        if (fit != null) {
            Stream.concat(Scoreboard.KINDS.stream(), Stream.of(PromptFit.ALL))
                    .filter(fit.judged()::containsKey)
                    .forEach(kind -> add(facts, kind.equals(PromptFit.ALL) ? "all together" : kind, Unit.SHARE,
                            fit.share(kind)));
        }
        for (SegmentScores segment : scores.segments()) {
            if (segment.fromFrame() > 0 && !segment.changed().isEmpty()) {
                facts.add(new Fact("new prompt at " + segment.fromFrame(), segment.switchFrames() == null
                        ? "never shows" : "shows after " + segment.switchFrames() + " frames"));
            }
        }
        facts.add(new Fact("cuts", scores.cuts().isEmpty() ? "none" : scores.cuts().stream().map(String::valueOf)
                .collect(Collectors.joining(", ", scores.cuts().size() + ", at frame ", ""))));
        if (scores.identity() != null) {
            add(facts, "keeps its actor", Unit.SHARE, scores.identity().share());
        }
        add(facts, "mean flow", Unit.PIXELS, scores.meanFlow());
        if (scores.motion() != null) {
            add(facts, "motion, end against start", Unit.SHARE, scores.motion().stagnation());
        }
        add(facts, "MAWE", Unit.ERROR, scores.mawe());
        if (scores.drift() != null) {
            add(facts, "sharpness, end against start", Unit.SHARE, scores.drift().sharpness());
            add(facts, "colour, end against start", Unit.SHARE, scores.drift().colour());
        }
        if (scores.seam() != null) {
            add(facts, "motion at chunk borders", Unit.RATIO, scores.seam().flow());
        }
        if (result.pace() != null) {
            add(facts, "frames per second", Unit.SPEED, FilmPace.framesPerSecond(List.of(result.pace())));
        }
        return facts;
    }

    private static void add(List<Fact> facts, String name, Unit unit, Double value) {
        if (value != null) {
            facts.add(new Fact(name, unit.write(value)));
        }
    }

    /** The house's typeface, so that the page needs no server. */
    private static String font(String name) {
        try (InputStream file = Objects.requireNonNull(
                ReportPage.class.getResourceAsStream("/webroot/fonts/" + name), name)) {
            return "data:font/woff2;base64," + Base64.getEncoder().encodeToString(file.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(String.format(Locale.ROOT, "Can't read %s", name), e);
        }
    }
}
