package dev.longtake.measure;

import dev.longtake.director.ChunkStats;
import dev.longtake.director.Director;
import dev.longtake.director.GrowingFilm;
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
import java.util.List;
import java.util.Optional;

/**
 * How long one film took in this process.
 *
 * @param frames           of the film
 * @param openSeconds      to open the pack
 * @param firstSeconds     from the request to the first frames, the pack being open
 * @param seconds          from the request to the finished file
 * @param steadySeconds    of the last half of the chunks, per frame
 * @param networkSeconds   of {@code seconds}, inside ONNX Runtime, making the film
 * @param makingSeconds    of {@code seconds}, in the director, making the film
 * @param refiningSeconds  of {@code seconds}, in the director, refining it; 0 if it was not refined
 * @param firstRefined     seconds from the request to the first refined frames; 0 if there were none
 * @param peakMebibytes    resident memory of the process at its peak
 */
public record FilmTiming(
        int frames,
        double openSeconds,
        double firstSeconds,
        double seconds,
        double steadySeconds,
        double networkSeconds,
        double makingSeconds,
        double refiningSeconds,
        double firstRefined,
        double peakMebibytes) {

    /**
     * Makes a film as {@code generate} does and takes the time.
     *
     * @param enhanced whether it is refined, too
     */
    public static FilmTiming measure(Path pack, Device device, Recipe recipe, boolean enhanced)
            throws IOException, CancelledException {
        Path file = Files.createTempFile("longtake-bench", ".mp4");
        long opening = System.nanoTime();
        try (Director director = new Director(ModelPack.open(pack, device))) {
            double openSeconds = since(opening);
            try (FilmWriter writer = new FilmWriter(file, format(director.manifest(), enhanced))) {
                return measure(director, recipe, enhanced, writer, openSeconds);
            }
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private static VideoFormat format(PackManifest manifest, boolean enhanced) {
        PackManifest.Video video = manifest.video();
        return manifest.enhancer().filter(large -> enhanced)
                .map(large -> new VideoFormat(large.width(), large.height(), video.fps()))
                .orElseGet(() -> new VideoFormat(video.width(), video.height(), video.fps()));
    }

    private static FilmTiming measure(
            Director director, Recipe recipe, boolean enhanced, FilmWriter writer, double openSeconds)
            throws IOException, CancelledException {
        Clock clock = new Clock(director.plan().chunksFor(recipe.frames()) / 2);
        Optional<GrowingFilm> refined = enhanced
                ? Optional.of(new GrowingFilm(director, recipe, (step, steps, preview) -> { }, frames -> {
                    clock.refined();
                    writer.write(frames);
                }, new CancelToken()))
                : Optional.empty();
        director.film(recipe, (step, steps, preview) -> { }, chunk -> {
            clock.chunk(chunk.frames().count(), chunk.stats());
            if (refined.isEmpty()) {
                writer.write(chunk.frames());
            } else {
                List<float[]> made = chunk.snapshot().newFrames(director.plan());
                clock.refining(() -> refined.get().add(made.subList(0, chunk.frames().count())));
            }
        }, new CancelToken());
        if (refined.isPresent()) {
            clock.refining(refined.get()::end);
        }
        writer.finish();
        return new FilmTiming(recipe.frames(), openSeconds, clock.first, since(clock.started), clock.steady(),
                clock.network, clock.making, clock.refining, clock.firstRefined, PeakMemory.mebibytes());
    }

    /** How many times as long as making the film it takes to refine it. */
    public double refiningShare() {
        return refiningSeconds / makingSeconds;
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
        private double making;
        private double refining;
        private double firstRefined;

        /** Some of the refining. */
        @FunctionalInterface
        interface Part {
            void run() throws IOException, CancelledException;
        }

        Clock(int warmUp) {
            this.warmUp = warmUp;
        }

        void refining(Part part) throws IOException, CancelledException {
            long begun = System.nanoTime();
            part.run();
            refining += since(begun);
        }

        void refined() {
            firstRefined = firstRefined == 0 ? since(started) : firstRefined;
        }

        void chunk(int frames, ChunkStats stats) {
            last = since(started);
            network += stats.networkSeconds();
            making += stats.seconds();
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
