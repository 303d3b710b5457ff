package dev.longtake.studio;

import dev.longtake.film.Film;
import dev.longtake.film.FilmId;
import dev.longtake.media.MediaSegment;
import dev.longtake.media.Remuxer;
import dev.longtake.memory.FilmMemory;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * MP4 files of films, put together from their segments when somebody asks. Keeps the {@value #KEPT} latest on disk.
 * Used on one event loop.
 */
final class VideoFiles {

    static final int KEPT = 64;

    private static final int THREADS = 2;
    private static final long READ_TIMEOUT_SECONDS = 30;

    private final Vertx vertx;
    private final FilmMemory films;
    private final Path folder;
    private final WorkerExecutor executor;
    private final Map<Version, Future<Path>> files = new LinkedHashMap<>(KEPT, 0.75f, true);

    private record Version(FilmId film, int frames) { }

    /** @param folder must exist; whatever is in it may be deleted */
    VideoFiles(Vertx vertx, FilmMemory films, Path folder) {
        this.vertx = vertx;
        this.films = films;
        this.folder = folder;
        this.executor = vertx.createSharedWorkerExecutor("longtake-video", THREADS);
    }

    /** The file with the frames that {@code film} has now, at least one. */
    Future<Path> get(Film film) {
        Version version = new Version(film.id(), film.framesDone());
        Future<Path> known = files.get(version);
        if (known != null && !known.failed()) {
            return known;
        }
        Path target = folder.resolve(version.film() + "-" + version.frames() + ".mp4");
        Future<Path> made = executor.executeBlocking(() -> make(film, target), false);
        files.put(version, made);
        made.onFailure(reason -> files.remove(version, made));
        trim();
        return made;
    }

    /** Deletes the files of a film. */
    void forget(FilmId film) {
        for (Version version : new ArrayList<>(files.keySet())) {
            if (version.film().equals(film)) {
                remove(version);
            }
        }
    }

    private void trim() {
        List<Version> oldestFirst = new ArrayList<>(files.keySet());
        oldestFirst.subList(0, Math.max(0, oldestFirst.size() - KEPT)).forEach(this::remove);
    }

    private void remove(Version version) {
        files.remove(version).onSuccess(file -> vertx.fileSystem().delete(file.toString()));
    }

    private Path make(Film film, Path target) throws IOException {
        byte[] init = read(films.init(film.id())).getBytes();
        try (Remuxer remuxer = new Remuxer(target)) {
            int chunks = film.plan().chunksFor(film.framesDone());
            for (int chunk = 0; chunk < chunks; chunk++) {
                remuxer.append(new MediaSegment(init, read(films.segment(film.id(), chunk)).getBytes()));
            }
            remuxer.finish();
        }
        return target;
    }

    /** Waits on a thread of the pool, which has nothing else to do. */
    private static Buffer read(Future<Optional<Buffer>> part) throws IOException {
        try {
            return part.toCompletionStage().toCompletableFuture().get(READ_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                    .orElseThrow(() -> new IOException("a part of the film is missing"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while a film was put together", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("a part of the film can't be read", e);
        }
    }
}
