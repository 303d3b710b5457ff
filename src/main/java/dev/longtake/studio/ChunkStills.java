package dev.longtake.studio;

import dev.longtake.film.Film;
import dev.longtake.film.VideoFrames;
import dev.longtake.media.FilmReader;
import dev.longtake.media.JpegEncoder;
import dev.longtake.media.MediaSegment;
import dev.longtake.memory.FilmMemory;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import java.util.Optional;

/** Small pictures of chunks, taken from their segments when somebody asks. */
final class ChunkStills {

    private static final int THREADS = 1;
    private static final int QUANTIZER = 4;
    private static final int MOST_WIDTH = 192;

    private final FilmMemory films;
    private final WorkerExecutor executor;
    private final JpegEncoder jpeg = new JpegEncoder(QUANTIZER, 0, MOST_WIDTH);

    ChunkStills(Vertx vertx, FilmMemory films) {
        this.films = films;
        this.executor = vertx.createSharedWorkerExecutor("longtake-stills", THREADS);
    }

    /** The middle one of the chunk's shown frames as a JPEG; empty if there is none yet. */
    Future<Optional<Buffer>> get(Film film, int chunk) {
        int shown = film.plan().shownFrames(chunk, film.framesDone());
        if (shown == 0) {
            return Future.succeededFuture(Optional.empty());
        }
        return get(film, chunk, shown, Rendition.of(film, chunk));
    }

    /** Tells apart what {@link #get} gives. */
    static String version(Film film, int chunk) {
        int shown = film.plan().shownFrames(chunk, film.framesDone());
        int to = film.plan().firstFrame(chunk) + shown;
        return film.id() + "-" + chunk + "-" + shown + Rendition.of(film, chunk).edition(film, to);
    }

    private Future<Optional<Buffer>> get(Film film, int chunk, int shown, Rendition rendition) {
        boolean refined = rendition == Rendition.ENHANCED;
        return Future.all(
                refined ? films.enhancedInit(film.id()) : films.init(film.id()),
                refined ? films.enhancedSegment(film.id(), chunk) : films.segment(film.id(), chunk)).compose(parts -> {
            Optional<Buffer> init = parts.resultAt(0);
            Optional<Buffer> segment = parts.resultAt(1);
            if (refined && segment.isEmpty()) {
                // The film goes on, or is to be as it was made, since it was looked at.
                return get(film, chunk, shown, Rendition.BASE);
            }
            return init.isEmpty() || segment.isEmpty()
                    ? Future.succeededFuture(Optional.empty())
                    : executor.executeBlocking(() -> Optional.of(still(
                            new MediaSegment(init.get().getBytes(), segment.get().getBytes()), shown / 2)), false);
        });
    }

    private Buffer still(MediaSegment segment, int index) {
        try (FilmReader reader = new FilmReader(segment)) {
            VideoFrames frames = reader.next(index + 1).orElseThrow();
            return Buffer.buffer(jpeg.encode(frames, frames.count() - 1));
        }
    }
}
