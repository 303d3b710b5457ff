package dev.longtake.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * What refining films comes to, as rows of the {@link Scoreboard}. A film's motion is measured by its flow from frame to
 * frame; seams of windows that don't fit make it jump, so its standard deviation over the film tells them (the paper's
 * table 5).
 */
final class RefinementRows {

    private static final String GROUP = "Refinement";
    /** Blending halves what independent windows stray by, or more (the paper: 8.72 to 3.32). */
    private static final double LEAST_REDUCTION = 0.5;
    /** Two classifiers on some hundred frames don't tell more finely. */
    private static final double SAME_FIT = 0.01;

    private final List<FilmResult> results;
    private final List<Scoreboard.Row> rows = new ArrayList<>();

    private RefinementRows(List<FilmResult> results) {
        this.results = results;
    }

    static List<Scoreboard.Row> of(List<FilmResult> results, Optional<TruthStudy> truth) {
        RefinementRows refinement = new RefinementRows(results);
        refinement.motion();
        refinement.fit();
        truth.ifPresent(refinement::truth);
        return refinement.rows;
    }

    private void motion() {
        for (Rendition rendition : Rendition.values()) {
            add("deviation of flow, " + rendition.label(), null, Unit.PIXELS,
                    deviation(rendition), basis(rendition));
        }
        Double alone = deviation(Rendition.INDEPENDENT);
        for (Rendition rendition : List.of(Rendition.BLENDED, Rendition.CAUSAL)) {
            Double together = deviation(rendition);
            add("less of it than with independent windows, " + rendition.label(), Goal.atLeast(LEAST_REDUCTION),
                    Unit.SHARE, alone == null || together == null ? null : 1 - together / alone, basis(rendition));
        }
        for (Rendition rendition : Rendition.values()) {
            add("change of pixels where windows meet against elsewhere, " + rendition.label(), null, Unit.RATIO,
                    mean(rendition, scores -> scores.seam() == null ? null : scores.seam().pixels()), basis(rendition));
        }
    }

    private void fit() {
        Double made = fit(Rendition.AS_MADE);
        add("prompt fit, " + Rendition.AS_MADE.label(), null, Unit.SHARE, made, basis(Rendition.AS_MADE));
        add("prompt fit, " + Rendition.BLENDED.label(), made == null ? null : Goal.atLeast(made - SAME_FIT), Unit.SHARE,
                fit(Rendition.BLENDED), basis(Rendition.BLENDED));
    }

    private void truth(TruthStudy study) {
        String basis = study.truth().frames() + " frames of clips drawn large";
        add("PSNR against the truth, enlarged", null, Unit.DECIBELS, study.enlarged().psnr(), basis);
        add("PSNR against the truth, refined", Goal.atLeast(study.enlarged().psnr()), Unit.DECIBELS,
                study.refined().psnr(), basis);
        add("SSIM against the truth, enlarged", null, Unit.ERROR, study.enlarged().ssim(), basis);
        add("SSIM against the truth, refined", Goal.atLeast(study.enlarged().ssim()), Unit.ERROR,
                study.refined().ssim(), basis);
        add("sharpness, enlarged", null, Unit.LEVELS, study.enlarged().sharpness(), basis);
        add("sharpness, refined", Goal.atLeast(study.enlarged().sharpness()), Unit.LEVELS, study.refined().sharpness(),
                basis);
        add("sharpness, the truth", null, Unit.LEVELS, study.truth().sharpness(), basis);
    }

    private void add(String measure, Goal goal, Unit unit, Double value, String basis) {
        rows.add(new Scoreboard.Row(GROUP, measure, goal, unit, value, null, value == null ? "" : basis));
    }

    private List<FilmScores> films(Rendition rendition) {
        return results.stream()
                .filter(result -> result.trial().rendition() == rendition)
                .map(FilmResult::scores)
                .toList();
    }

    private String basis(Rendition rendition) {
        int count = films(rendition).size();
        return count == 1 ? "1 film" : count + " films";
    }

    private Double deviation(Rendition rendition) {
        return mean(rendition, scores -> deviation(scores.series().flow()));
    }

    private Double mean(Rendition rendition, Function<FilmScores, Double> value) {
        List<Double> known = films(rendition).stream().map(value).filter(Objects::nonNull).toList();
        return known.isEmpty() ? null : known.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }

    private Double fit(Rendition rendition) {
        PromptFit fit = films(rendition).stream().map(FilmScores::promptFit).filter(Objects::nonNull)
                .reduce(PromptFit.NONE, PromptFit::plus);
        return fit.judged().getOrDefault(PromptFit.ALL, 0) == 0 ? null : fit.share(PromptFit.ALL);
    }

    private static Double deviation(List<Double> values) {
        if (values.isEmpty()) {
            return null;
        }
        double mean = values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
        return Math.sqrt(values.stream().mapToDouble(value -> (value - mean) * (value - mean)).average().orElseThrow());
    }
}
