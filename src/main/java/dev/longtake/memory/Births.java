package dev.longtake.memory;

import dev.longtake.film.Enhancement;
import dev.longtake.film.Film;
import dev.longtake.film.FilmId;
import dev.longtake.film.InvalidFieldException;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.time.Instant;

/**
 * The ways into the memory: as a new film, and as a take with copies of what it has in common with another. Listed
 * first, born then, so that a sweep finds what a crash in between leaves behind.
 */
final class Births {

    private static final Duration LONGEST_COPY = Sweeper.LONGEST_BIRTH.dividedBy(2);

    private final FilmRecords records;
    private final FilmWork work;
    private final OwnedFilms owned;
    private final Takes takes;
    private final Trash trash;
    private final ChunkCopy chunks;

    Births(RedisConnections redis, FilmRecords records, FilmWork work, OwnedFilms owned, Takes takes, Trash trash) {
        this.records = records;
        this.work = work;
        this.owned = owned;
        this.takes = takes;
        this.trash = trash;
        chunks = new ChunkCopy(redis);
    }

    Future<Film> create(Film film, Optional<Buffer> image) {
        return owned.add(film.owner(), film.id())
                .compose(listed -> work.activate(film.id()))
                .compose(active -> records.bear(film, image))
                .compose(born -> work.queue(film.id()))
                .map(film);
    }

    /** @param take begins with chunks of {@code from} */
    Future<Film> fork(FilmId from, Film take) {
        return owned.add(take.owner(), take.id())
                .compose(listed -> work.activate(take.id()))
                .compose(active -> chunks.copy(from, take.id(), take.chunksDone()))
                .compose(copied -> take.recipe().fromImage() && take.lineage().parent().isPresent()
                        ? chunks.copyImage(from, take.id())
                        : Future.succeededFuture())
                .compose(copied -> requireSameEnd(from, take))
                .compose(same -> takes.add(take.id(), take.lineage()))
                .compose(listed -> withEnhanced(from, take))
                .compose(whole -> bear(whole).compose(born -> work.resume(whole)))
                .recover(error -> trash.forget(take).transform(forgotten -> Future.failedFuture(error)));
    }

    /** The end of a chunk that was shown in part may have been shown since: its segment then holds more frames. */
    private Future<Void> requireSameEnd(FilmId from, Film take) {
        if (take.framesDone() == take.plan().firstFrame(take.chunksDone())) {
            return Future.succeededFuture();
        }
        return records.kept(from).compose(now -> now.film().framesDone() == take.framesDone()
                ? Future.succeededFuture()
                : Future.failedFuture(new InvalidFieldException("atFrame", take.framesDone(),
                        "a border of chunks, for the film has gone on")));
    }

    /**
     * A take that has copies of the refined pictures too. If they have become others meanwhile, which is rare, the take
     * is refined from its beginning on.
     */
    private Future<Film> withEnhanced(FilmId from, Film take) {
        int frames = take.enhancement().map(Enhancement::frames).orElse(0);
        return chunks.copyEnhanced(from, take.id(), take.plan().firstChunkFrom(frames))
                .compose(copied -> frames == 0 || !copied ? Future.succeededFuture(copied) : records.keptIfAny(from)
                        .map(now -> now.filter(record -> stillSame(record.film(), take)).isPresent()))
                .compose(same -> same ? Future.succeededFuture(take) : chunks.dropEnhanced(take.id())
                        .map(take.enhanced(take.enhancement().map(Enhancement::plan).map(Enhancement::begun))));
    }

    /** Whether what a take has copied of {@code from}'s refined pictures is what the take's own would be. */
    private static boolean stillSame(Film from, Film take) {
        Enhancement copied = take.enhancement().orElseThrow();
        return from.enhancement().filter(now -> now.plan().equals(copied.plan())).isPresent()
                && (from.framesDone() == take.framesDone()
                        || copied.frames() <= copied.plan().settled(take.framesDone()));
    }

    private Future<Void> bear(Film take) {
        return Duration.between(take.createdAt(), Instant.now()).compareTo(LONGEST_COPY) > 0
                // A sweep could soon take the copies for what a crash left behind.
                ? Future.failedFuture(new IOException("it took too long to copy film " + take.id()))
                : records.bear(take, Optional.empty()).mapEmpty();
    }
}
