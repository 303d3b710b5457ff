package dev.longtake.studio;

import dev.longtake.film.Film;
import dev.longtake.film.FilmId;
import dev.longtake.media.Remuxer;
import dev.longtake.memory.FilmMemory;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.nio.file.Path;

/**
 * MP4 files of films, put together from their segments when somebody asks. Keeps the {@value #KEPT} latest on disk.
 * Used on one event loop.
 */
final class VideoFiles {

    static final int KEPT = 64;

    private static final int THREADS = 2;

    private final FilmParts parts;
    private final Path folder;
    private final WorkerExecutor executor;
    private final KeptFiles<Version> files;

    private record Version(FilmId film, int frames, Rendition rendition) {

        String name() {
            return film + "-" + frames + (rendition == Rendition.ENHANCED ? "-enhanced" : "");
        }
    }

    /** @param folder must exist; whatever is in it may be deleted */
    VideoFiles(Vertx vertx, FilmMemory films, Path folder) {
        this.parts = new FilmParts(films);
        this.folder = folder;
        this.executor = vertx.createSharedWorkerExecutor("longtake-video", THREADS);
        this.files = new KeptFiles<>(vertx, KEPT);
    }

    /**
     * The file with the frames that {@code film} has now, at least one.
     *
     * @param rendition in which it has all of them
     */
    Future<Path> get(Film film, Rendition rendition) {
        Version version = new Version(film.id(), film.framesDone(), rendition);
        Path target = folder.resolve(version.name() + ".mp4");
        return files.get(version, () -> executor.executeBlocking(() -> make(film, rendition, target), false));
    }

    /** Changes exactly when the bytes of the film's file do. */
    static String version(Film film, Rendition rendition) {
        return new Version(film.id(), film.framesDone(), rendition).name();
    }

    /** Deletes the files of a film. */
    void forget(FilmId film) {
        files.forget(version -> version.film().equals(film));
    }

    private Path make(Film film, Rendition rendition, Path target) throws IOException {
        byte[] init = parts.init(film.id(), rendition);
        try (Remuxer remuxer = new Remuxer(target)) {
            int chunks = film.plan().chunksFor(film.framesDone());
            for (int chunk = 0; chunk < chunks; chunk++) {
                remuxer.append(parts.segment(film.id(), rendition, chunk, init));
            }
            remuxer.finish();
        }
        return target;
    }
}
