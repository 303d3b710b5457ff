package dev.longtake.measure;

import dev.longtake.film.ChunkPlan;
import java.util.ArrayList;
import java.util.List;

/**
 * How fast a film was made, scoring not counted.
 *
 * @param firstSeconds the first chunk, from the request to its pictures, the pack being open
 * @param chunkSeconds each later chunk
 * @param chunkFrames  frames that a later chunk adds to the film
 * @param processors   that the networks could use
 */
public record FilmPace(double firstSeconds, List<Double> chunkSeconds, int chunkFrames, int processors) {

    public FilmPace {
        chunkSeconds = List.copyOf(chunkSeconds);
    }

    /** @param seconds of all chunks, at least one */
    static FilmPace of(List<Double> seconds, ChunkPlan plan, int processors) {
        return new FilmPace(seconds.get(0), seconds.subList(1, seconds.size()), plan.step(), processors);
    }

    /** Frames per second once the film is running, by the median chunk of some films; null if none is that long. */
    static Double framesPerSecond(List<FilmPace> paces) {
        List<Double> secondsPerFrame = new ArrayList<>();
        for (FilmPace pace : paces) {
            pace.chunkSeconds.forEach(seconds -> secondsPerFrame.add(seconds / pace.chunkFrames));
        }
        return secondsPerFrame.isEmpty() ? null : 1 / median(secondsPerFrame);
    }

    /** The median of the first chunks' seconds; null without films. */
    static Double firstSeconds(List<FilmPace> paces) {
        return paces.isEmpty() ? null : median(paces.stream().map(FilmPace::firstSeconds).toList());
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int half = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
    }
}
