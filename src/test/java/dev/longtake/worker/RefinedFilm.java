package dev.longtake.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longtake.film.EnhancementPlan;
import dev.longtake.film.Film;
import dev.longtake.film.FrameRange;
import dev.longtake.film.VideoFrames;
import dev.longtake.media.ChunkEncoder;
import dev.longtake.media.VideoFormat;
import dev.longtake.memory.FilmMemory;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What a film is like when it is refined in one go by a {@link HashedRefinement}. */
final class RefinedFilm {

    private static final int PATIENCE_SECONDS = 30;
    private static final ChunkEncoder ENCODER =
            new ChunkEncoder(new VideoFormat(HashedRefinement.SIZE, HashedRefinement.SIZE, 8));

    private RefinedFilm() {}

    /** Every chunk that is refined is what it is in a film made in one go; the others have no refined pictures. */
    static void verify(FilmMemory films, Film film, String what) throws Exception {
        VideoFrames whole = inOneGo(films, film);
        for (int chunk = 0; chunk < film.chunksDone(); chunk++) {
            if (film.isEnhanced(chunk)) {
                int first = film.plan().firstFrame(chunk);
                VideoFrames shown = whole.slice(first, first + film.plan().shownFrames(chunk, film.framesDone()));
                assertThat(await(films.enhancedSegment(film.id(), chunk)))
                        .as("refined pictures of chunk %d of %s", chunk, what)
                        .contains(Buffer.buffer(ENCODER.encode(shown, first).media()));
            } else {
                assertThat(await(films.enhancedSegment(film.id(), chunk)))
                        .as("chunk %d of %s, which is not refined", chunk, what).isEmpty();
            }
        }
    }

    private static VideoFrames inOneGo(FilmMemory films, Film film) throws Exception {
        List<float[]> latents = new ArrayList<>();
        for (int chunk = 0; chunk < film.chunksDone(); chunk++) {
            int shown = film.plan().shownFrames(chunk, film.framesDone());
            latents.addAll(await(films.snapshot(film.id(), chunk)).orElseThrow().newFrames(film.plan()).subList(0, shown));
        }
        EnhancementPlan plan = film.enhancement().orElseThrow().plan();
        return HashedRefinement.refine(
                film.recipe(), film.plan(), plan, new FrameRange(0, film.framesDone()), latents, true);
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
}
