package dev.longtake.studio;

import dev.longtake.film.ChunkPlan;
import dev.longtake.film.Film;
import dev.longtake.film.FilmId;
import dev.longtake.media.Loop;
import dev.longtake.media.LoopWriter;
import dev.longtake.media.PngEncoder;
import dev.longtake.media.VideoFormat;
import dev.longtake.memory.FilmMemory;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * Loops and single pictures of films, made when somebody asks. Reads no more of a film than is shown. Keeps the
 * {@value #KEPT} latest on disk. Used on one event loop.
 */
final class ClipFiles {

    static final int KEPT = 64;
    /** More than so many at once would keep people waiting too long. */
    static final int MOST_IN_THE_MAKING = 16;

    /** They take all of a processor for seconds; films should go on meanwhile. */
    private static final int THREADS = 1;

    private final FilmParts parts;
    private final FilmFormats formats;
    private final Path folder;
    private final WorkerExecutor executor;
    private final KeptFiles<Key> files;

    /** What to make of a film. */
    enum Kind {
        GIF("gif", "image/gif"),
        WEBP("webp", "image/webp"),
        PNG("png", "image/png");

        private final String extension;
        private final String type;

        Kind(String extension, String type) {
            this.extension = extension;
            this.type = type;
        }

        String extension() {
            return extension;
        }

        String type() {
            return type;
        }
    }

    /**
     * Frames of a film.
     *
     * @param from first of them
     * @param to   the one after the last of them; {@code from + 1} for a picture
     */
    record Clip(Kind kind, int from, int to, int width) {

        /** Refined if all of its frames are; frames of different sizes don't go into one file. */
        Rendition rendition(Film film) {
            ChunkPlan plan = film.plan();
            return IntStream.rangeClosed(chunkOf(plan, from), chunkOf(plan, to - 1)).allMatch(film::isEnhanced)
                    ? Rendition.ENHANCED
                    : Rendition.BASE;
        }

        /** Changes exactly when the file's bytes do: the frames of a film never change, but can be refined. */
        String version(Film film) {
            return film.id() + "-" + from + "-" + to + "-" + width + rendition(film).edition(film, to);
        }
    }

    private record Key(FilmId film, Kind kind, String version) {

        static Key of(Film film, Clip clip) {
            return new Key(film.id(), clip.kind(), clip.version(film));
        }
    }

    /** @param folder must exist; whatever is in it may be deleted */
    ClipFiles(Vertx vertx, FilmMemory films, FilmFormats formats, Path folder) {
        this.parts = new FilmParts(films);
        this.formats = formats;
        this.folder = folder;
        this.executor = vertx.createSharedWorkerExecutor("longtake-clip", THREADS);
        this.files = new KeptFiles<>(vertx, KEPT);
    }

    /** Whether there is no room for one more wish. */
    boolean busyWithOthers(Film film, Clip clip) {
        return files.inTheMaking() >= MOST_IN_THE_MAKING && !files.has(Key.of(film, clip));
    }

    /** @param film has the clip's frames */
    Future<Path> get(Film film, Clip clip) {
        Path target = folder.resolve(clip.version(film) + "." + clip.kind().extension());
        return files.get(Key.of(film, clip), () -> executor.executeBlocking(() -> make(film, clip, target), false));
    }

    /** Deletes the files of a film. */
    void forget(FilmId film) {
        files.forget(key -> key.film().equals(film));
    }

    private Path make(Film film, Clip clip, Path target) throws IOException {
        ChunkPlan plan = film.plan();
        Rendition rendition = clip.rendition(film);
        VideoFormat format = formats.of(rendition);
        int first = chunkOf(plan, clip.from());
        Path excerpt = folder.resolve(".excerpt-" + UUID.randomUUID() + ".mp4");
        try {
            write(film.id(), rendition, first, chunkOf(plan, clip.to() - 1), excerpt);
            int skip = clip.from() - plan.firstFrame(first);
            switch (clip.kind()) {
                case GIF -> new LoopWriter(format).write(excerpt, loop(clip, skip), LoopWriter.Kind.GIF, target);
                case WEBP -> new LoopWriter(format).write(excerpt, loop(clip, skip), LoopWriter.Kind.WEBP, target);
                case PNG -> Files.write(target, new PngEncoder(format).encode(excerpt, skip, clip.width()));
            }
        } finally {
            Files.deleteIfExists(excerpt);
        }
        return target;
    }

    private static Loop loop(Clip clip, int skip) {
        return new Loop(skip, clip.to() - clip.from(), clip.width());
    }

    private static int chunkOf(ChunkPlan plan, int frame) {
        return plan.chunksFor(frame + 1) - 1;
    }

    /** Fragmented MP4 needs no more than its pieces one after the other. */
    private void write(FilmId film, Rendition rendition, int first, int last, Path target) throws IOException {
        byte[] init = parts.init(film, rendition);
        try (OutputStream out = Files.newOutputStream(target)) {
            out.write(init);
            for (int chunk = first; chunk <= last; chunk++) {
                out.write(parts.segment(film, rendition, chunk, init).media());
            }
        }
    }
}
