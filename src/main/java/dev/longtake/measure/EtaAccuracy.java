package dev.longtake.measure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How true the time left was that a film's watchers were told, by what it took in the end.
 *
 * @param told   times that were told once {@value #FROM} of the film was made
 * @param median of their relative errors; NaN if none was told
 * @param worst  of their relative errors; NaN if none was told
 * @param near   part of them that was off by {@value #NEAR} or less, 0 to 1
 */
public record EtaAccuracy(int told, double median, double worst, double near) {

    /** Before so much of a film is made, nobody holds us to it. */
    public static final double FROM = 0.1;
    /** What we promise. */
    public static final double NEAR = 0.2;

    /**
     * What was told at one moment.
     *
     * @param progress    part of the film that was made by then, 0 to 1
     * @param seconds     from the film's request to that moment
     * @param etaSeconds  time left as it was told
     */
    public record Promise(double progress, double seconds, double etaSeconds) { }

    /** @param seconds from the film's request to its end */
    public static EtaAccuracy of(List<Promise> promises, double seconds) {
        List<Double> errors = new ArrayList<>();
        int near = 0;
        for (Promise promise : promises) {
            if (promise.progress() >= FROM) {
                double left = seconds - promise.seconds();
                double off = Math.abs(promise.etaSeconds() - left);
                errors.add(off / left);
                near += off <= NEAR * left ? 1 : 0;
            }
        }
        double[] sorted = errors.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted.length == 0
                ? new EtaAccuracy(0, Double.NaN, Double.NaN, Double.NaN)
                : new EtaAccuracy(sorted.length, median(sorted), sorted[sorted.length - 1],
                        (double) near / sorted.length);
    }

    /** Of several films that told something: all that was told, the middle film's median, the worst of all. */
    public static EtaAccuracy together(List<EtaAccuracy> films) {
        int told = films.stream().mapToInt(EtaAccuracy::told).sum();
        return new EtaAccuracy(
                told,
                median(films.stream().mapToDouble(EtaAccuracy::median).toArray()),
                films.stream().mapToDouble(EtaAccuracy::worst).max().orElse(Double.NaN),
                films.stream().mapToDouble(film -> film.near() * film.told()).sum() / told);
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
