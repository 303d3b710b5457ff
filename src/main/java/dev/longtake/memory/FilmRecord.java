package dev.longtake.memory;

import dev.longtake.film.ChunkPlan;
import dev.longtake.film.Enhancement;
import dev.longtake.film.EnhancementPlan;
import dev.longtake.film.Film;
import dev.longtake.film.FilmId;
import dev.longtake.film.FilmState;
import dev.longtake.film.Lineage;
import io.vertx.redis.client.Response;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;

/**
 * A film as it lies in its Redis hash.
 *
 * @param version    counts changes; a change holds only for the version it was worked out from
 * @param run        counts leaves to make a chunk; only the latest is good
 * @param enhanceRun counts leaves to refine; only the latest is good
 * @param fate       whether it is there for anyone
 */
record FilmRecord(Film film, long version, long run, long enhanceRun, Fate fate) {

    /** What becomes of films that are deleted. */
    enum Fate {
        /** It is not deleted. */
        KEPT,
        /** It is out of sight, and can be restored. */
        TRASHED,
        /** It is being forgotten. */
        CONDEMNED
    }

    /** What a film that does not exist yet has instead of a version. */
    static final long UNBORN = 0;

    FilmRecord with(Film changed) {
        return new FilmRecord(changed, version, run, enhanceRun, fate);
    }

    /** Takes the leave back that was given last, if any. */
    FilmRecord idle() {
        return new FilmRecord(film.making(Film.NONE), version, run + 1, enhanceRun, fate);
    }

    FilmRecord with(Fate newFate) {
        return new FilmRecord(film, version, run, enhanceRun, newFate);
    }

    boolean kept() {
        return fate == Fate.KEPT;
    }

    FilmRecord starting(int chunk) {
        return new FilmRecord(film.making(chunk), version, run + 1, enhanceRun, fate);
    }

    /** Takes the leave to refine back that was given last, if any; a new one may be given. */
    FilmRecord refining() {
        return new FilmRecord(film, version, run, enhanceRun + 1, fate);
    }

    FilmRecord at(long newVersion) {
        return new FilmRecord(film, newVersion, run, enhanceRun, fate);
    }

    /** Fields of the hash. */
    Map<String, String> fields() {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("version", Long.toString(version));
        fields.put("run", Long.toString(run));
        fields.put("started", Integer.toString(film.making()));
        fields.put("fate", fate.name());
        fields.put("owner", film.owner());
        fields.put("state", film.state().name());
        fields.put("recipe", FilmJson.encode(film.recipe()));
        fields.put("planFrames", Integer.toString(film.plan().frames()));
        fields.put("planConditioning", Integer.toString(film.plan().conditioningFrames()));
        fields.put("chunksDone", Integer.toString(film.chunksDone()));
        fields.put("framesDone", Integer.toString(film.framesDone()));
        fields.put("endless", Boolean.toString(film.endless()));
        fields.put("title", film.title());
        fields.put("root", film.lineage().root().value());
        fields.put("parent", film.lineage().parent().map(FilmId::value).orElse(""));
        fields.put("forkedAt", Integer.toString(film.lineage().forkedAt()));
        fields.put("error", film.error());
        fields.put("enhanceRun", Long.toString(enhanceRun));
        fields.put("enhanceWindow", number(EnhancementPlan::window));
        fields.put("enhanceOverlap", number(EnhancementPlan::overlap));
        fields.put("enhanceSteps", number(EnhancementPlan::steps));
        fields.put("enhancedFrames", film.enhancement().map(done -> Integer.toString(done.frames())).orElse(""));
        fields.put("enhanceError", film.enhancement().map(Enhancement::error).orElse(""));
        fields.put("createdAt", film.createdAt().toString());
        return fields;
    }

    /** Empty where the film is not to be refined. */
    private String number(ToIntFunction<EnhancementPlan> number) {
        return film.enhancement().map(done -> Integer.toString(number.applyAsInt(done.plan()))).orElse("");
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
                hash.get("started").toInteger(),
                Boolean.parseBoolean(text(hash, "endless")),
                text(hash, "title"),
                lineage(id, hash),
                hash.get("error").toString(),
                Instant.parse(hash.get("createdAt").toString()),
                enhancement(hash));
        String fate = text(hash, "fate");
        return Optional.of(new FilmRecord(
                film,
                hash.get("version").toLong(),
                hash.get("run").toLong(),
                text(hash, "enhanceRun").isEmpty() ? 0 : hash.get("enhanceRun").toLong(),
                fate.isEmpty() ? Fate.KEPT : Fate.valueOf(fate)));
    }

    private static Lineage lineage(FilmId id, Response hash) {
        String root = text(hash, "root");
        String parent = text(hash, "parent");
        return root.isEmpty()
                ? Lineage.original(id)
                : new Lineage(
                        new FilmId(root),
                        Optional.of(parent).filter(name -> !name.isEmpty()).map(FilmId::new),
                        hash.get("forkedAt").toInteger());
    }

    private static Optional<Enhancement> enhancement(Response hash) {
        return text(hash, "enhanceWindow").isEmpty()
                ? Optional.empty()
                : Optional.of(new Enhancement(
                        new EnhancementPlan(
                                hash.get("enhanceWindow").toInteger(),
                                hash.get("enhanceOverlap").toInteger(),
                                hash.get("enhanceSteps").toInteger()),
                        hash.get("enhancedFrames").toInteger(),
                        text(hash, "enhanceError")));
    }

    /** Films that were stored by an earlier version lack fields. */
    private static String text(Response hash, String field) {
        Response value = hash.get(field);
        return value == null ? "" : value.toString();
    }
}
