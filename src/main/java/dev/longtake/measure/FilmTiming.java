package dev.longtake.measure;

import dev.longtake.director.Director;
import dev.longtake.film.CancelToken;
import dev.longtake.film.CancelledException;
import dev.longtake.film.Recipe;
import dev.longtake.media.FilmWriter;
import dev.longtake.media.VideoFormat;
import dev.longtake.pack.Device;
import dev.longtake.pack.ModelPack;
import dev.longtake.pack.PackManifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How long one film took in this process.
 *
 * @param frames           of the film
 * @param openSeconds      to open the pack
 * @param firstSeconds     from the request to the first frames, the pack being open
 * @param seconds          from the request to the finished file
 * @param steadySeconds    of the last half of the chunks, per frame
 * @param networkSeconds   of {@code seconds}, inside ONNX Runtime
 * @param peakMebibytes    resident memory of the process at its peak
 */
public record FilmTiming(
        int frames,
        double openSeconds,
        double firstSeconds,
        double seconds,
        double steadySeconds,
        double networkSeconds,
        double peakMebibytes) {

    /** Makes a film as {@code generate} does and takes the time. */
    public static FilmTiming measure(Path pack, Device device, Recipe recipe)
            throws IOException, CancelledException {
        Path file = Files.createTempFile("longtake-bench", ".mp4");
        long opening = System.nanoTime();
        try (Director director = new Director(ModelPack.open(pack, device))) {
            double openSeconds = since(opening);
            PackManifest.Video video = director.manifest().video();
            try (FilmWriter writer =
                    new FilmWriter(file, new VideoFormat(video.width(), video.height(), video.fps()))) {
                return measure(director, recipe, writer, openSeconds);
            }
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private static FilmTiming measure(Director director, Recipe recipe, FilmWriter writer, double openSeconds)
            throws IOException, CancelledException {
        Clock clock = new Clock(director.plan().chunksFor(recipe.frames()) / 2);
        director.film(recipe, (step, steps, preview) -> { }, chunk -> {
            writer.write(chunk.frames());
            clock.chunk(chunk.frames().count(), chunk.stats().networkSeconds());
        }, new CancelToken());
        writer.finish();
        return new FilmTiming(recipe.frames(), openSeconds, clock.first, since(clock.started), clock.steady(),
                clock.network, PeakMemory.mebibytes());
    }

    /** Film frames per second, the whole film taken. */
    public double framesPerSecond() {
        return frames / seconds;
    }

    /** Part of the time spent inside ONNX Runtime, 0 to 1. */
    public double networkShare() {
        return networkSeconds / seconds;
    }

    private static double since(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    /** Counts one film's chunks. */
    private static final class Clock {
        private final long started = System.nanoTime();
        private final int warmUp;
        private int chunks;
        private int steadyFrames;
        private double steadyFrom;
        private double last;
        private double first;
        private double network;

        Clock(int warmUp) {
            this.warmUp = warmUp;
        }

        void chunk(int frames, double networkSeconds) {
            last = since(started);
            network += networkSeconds;
            if (chunks == 0) {
                first = last;
            }
            if (chunks >= warmUp) {
                steadyFrames += frames;
            } else {
                steadyFrom = last;
            }
            chunks++;
        }

        double steady() {
            return (last - steadyFrom) / steadyFrames;
        }
    }
}
