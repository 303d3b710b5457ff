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

    private record Version(FilmId film, int frames) { }

    /** @param folder must exist; whatever is in it may be deleted */
    VideoFiles(Vertx vertx, FilmMemory films, Path folder) {
        this.parts = new FilmParts(films);
        this.folder = folder;
        this.executor = vertx.createSharedWorkerExecutor("longtake-video", THREADS);
        this.files = new KeptFiles<>(vertx, KEPT);
    }

    /** The file with the frames that {@code film} has now, at least one. */
    Future<Path> get(Film film) {
        Version version = new Version(film.id(), film.framesDone());
        Path target = folder.resolve(version.film() + "-" + version.frames() + ".mp4");
        return files.get(version, () -> executor.executeBlocking(() -> make(film, target), false));
    }

    /** Deletes the files of a film. */
    void forget(FilmId film) {
        files.forget(version -> version.film().equals(film));
    }

    private Path make(Film film, Path target) throws IOException {
        byte[] init = parts.init(film.id());
        try (Remuxer remuxer = new Remuxer(target)) {
            int chunks = film.plan().chunksFor(film.framesDone());
            for (int chunk = 0; chunk < chunks; chunk++) {
                remuxer.append(parts.segment(film.id(), chunk, init));
            }
            remuxer.finish();
        }
        return target;
    }
}
