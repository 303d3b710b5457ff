package dev.longtake.memory;

import dev.longtake.film.ChunkPlan;
import dev.longtake.film.Film;
import dev.longtake.film.FilmId;
import dev.longtake.film.FilmState;
import io.vertx.redis.client.Response;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A film as it lies in its Redis hash.
 *
 * @param version counts changes; a change holds only for the version it was worked out from
 * @param run     counts leaves to make a chunk; only the latest is good
 * @param started the chunk that is being made, {@value #NONE} if none is
 */
record FilmRecord(Film film, long version, long run, int started) {

    static final int NONE = -1;

    /** What a film that does not exist yet has instead of a version. */
    static final long UNBORN = 0;

    /** The first chunk that a new prompt can still reach. */
    int firstOpenChunk() {
        return Math.max(film.chunksDone(), started + 1);
    }

    FilmRecord with(Film changed) {
        return new FilmRecord(changed, version, run, started);
    }

    /** Takes the leave back that was given last, if any. */
    FilmRecord idle() {
        return new FilmRecord(film, version, run + 1, NONE);
    }

    FilmRecord starting(int chunk) {
        return new FilmRecord(film, version, run + 1, chunk);
    }

    /** Fields of the hash. */
    Map<String, String> fields() {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("version", Long.toString(version));
        fields.put("run", Long.toString(run));
        fields.put("started", Integer.toString(started));
        fields.put("owner", film.owner());
        fields.put("state", film.state().name());
        fields.put("recipe", FilmJson.encode(film.recipe()));
        fields.put("planFrames", Integer.toString(film.plan().frames()));
        fields.put("planConditioning", Integer.toString(film.plan().conditioningFrames()));
        fields.put("chunksDone", Integer.toString(film.chunksDone()));
        fields.put("framesDone", Integer.toString(film.framesDone()));
        fields.put("error", film.error());
        fields.put("createdAt", film.createdAt().toString());
        return fields;
    }

    /** @param hash answer to HGETALL */
    static Optional<FilmRecord> read(FilmId id, Response hash) {
        if (hash == null || hash.size() == 0) {
            return Optional.empty();
        }
        Film film = new Film(
                id,
                hash.get("owner").toString(),
                FilmState.valueOf(hash.get("state").toString()),
                FilmJson.decode(hash.get("recipe").toString()),
                new ChunkPlan(hash.get("planFrames").toInteger(), hash.get("planConditioning").toInteger()),
                hash.get("chunksDone").toInteger(),
                hash.get("framesDone").toInteger(),
                hash.get("error").toString(),
                Instant.parse(hash.get("createdAt").toString()));
        return Optional.of(new FilmRecord(
                film, hash.get("version").toLong(), hash.get("run").toLong(), hash.get("started").toInteger()));
    }
}
