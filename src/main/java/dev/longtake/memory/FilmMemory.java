package dev.longtake.memory;

import dev.longtake.film.EnhancementPlan;
import dev.longtake.film.Film;
import dev.longtake.film.FilmId;
import dev.longtake.film.InvalidFieldException;
import dev.longtake.film.More;
import dev.longtake.film.PromptChange;
import dev.longtake.film.Snapshot;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The films. Every change is atomic, leaves an event and wakes a worker where there is something to do. Methods fail
 * with {@link UnknownFilmException} if there is no such film and with
 * {@link InvalidFieldException} if a value is not allowed. Safe to use from any thread.
 *
 * <p>{@link FilmRules} works changes out and {@link FilmRecords} writes them. What lies outside of the film's hash slot
 * (the list of active films, the queue) is written before, or can be made good by {@link Sweeper}, so that a crash
 * between any two steps loses nothing.
 */
public final class FilmMemory {

    private final RedisConnections redis;
    private final FilmRecords records;
    private final FilmWork work;
    private final OwnedFilms owned;
    private final Takes takes;
    private final Trash trash;
    private final Births births;

    FilmMemory(RedisConnections redis, FilmEvents events, JobQueue jobs, ShareLinks shares) {
        this.redis = redis;
        records = new FilmRecords(redis);
        work = new FilmWork(redis, events, jobs);
        owned = new OwnedFilms(redis);
        takes = new Takes(redis);
        trash = new Trash(redis, records, work, shares, owned, takes);
        births = new Births(redis, records, work, owned, takes, trash);
    }

    /** Remembers a new film that begins with no picture, and queues it. */
    public Future<Film> create(Film film) {
        return create(film, Optional.empty());
    }

    /**
     * Remembers a new film and queues it.
     *
     * @param image the picture that its recipe says, as a PNG
     */
    public Future<Film> create(Film film, Optional<Buffer> image) {
        return births.create(film, image);
    }

    /**
     * Remembers a take with copies of the chunks that it has in common with {@code from}, and queues it unless it ends
     * there. The film it was taken from may be in any state and go on meanwhile. A picture that the film begins with is
     * copied for its own owner only: others need it for nothing but the first chunk, which they have.
     *
     * @param take as {@link dev.longtake.film.Fork#of} makes it, for any owner
     * @return fails with {@link InvalidFieldException} if the take began with a part of a chunk of which {@code from}
     *     shows more by now
     */
    public Future<Film> fork(FilmId from, Film take) {
        return births.fork(from, take);
    }

    /** Every take of the tree that {@code film} belongs to, oldest first. */
    public Future<List<Film>> takes(Film film) {
        return takes.list(film.lineage().root())
                .compose(ids -> Future.all(ids.stream().map(this::findIfAny).toList()))
                .map(found -> found.<Optional<Film>>list().stream()
                        .flatMap(Optional::stream)
                        .filter(take -> take.owner().equals(film.owner()))
                        .toList())
                .map(tree -> tree.isEmpty() ? List.of(film) : tree);
    }

    private Future<Optional<Film>> findIfAny(FilmId id) {
        return records.keptIfAny(id).map(found -> found.map(FilmRecord::film));
    }

    public Future<Film> find(FilmId id) {
        return records.kept(id).map(FilmRecord::film);
    }

    /**
     * Films of {@code owner}, newest first.
     *
     * @param before only films older than this one
     */
    public Future<List<Film>> list(String owner, int limit, Optional<FilmId> before) {
        return owned.list(owner, limit, before);
    }

    /**
     * Changes the prompt. A change that comes too late for its frame acts from the first chunk not started.
     *
     * @return the change as it acts
     */
    public Future<PromptChange> changePrompt(FilmId id, PromptChange change) {
        return records.change(id, record -> FilmRules.prompted(record, change));
    }

    /**
     * Plans what has not started anew.
     *
     * @param planned prompts to come; may repeat what has started as it is
     * @param version the timeline's as the caller saw it; empty to replace any
     * @return fails with {@link dev.longtake.film.StartedException} if what has started were to change, and with
     *     {@link ChangedMeanwhileException} if the timeline is another by now
     */
    public Future<Film> replan(FilmId id, List<PromptChange> planned, Optional<String> version) {
        return records.change(id, record -> FilmRules.replanned(record, planned, version));
    }

    /**
     * Makes a film longer, in any state: by {@code frames} beyond what was asked for if it is under way, else beyond
     * what it has.
     *
     * @param frames at least 1
     * @param prompt prompt from the first chunk not started on
     */
    public Future<Film> extend(FilmId id, int frames, Optional<String> prompt) {
        try {
            return extend(id, new More(frames, false, prompt, OptionalLong.empty()));
        } catch (InvalidFieldException e) {
            return Future.failedFuture(e);
        }
    }

    /** Makes a film longer, in any state; one that is paused stays so. */
    public Future<Film> extend(FilmId id, More more) {
        return records.kept(id)
                .compose(exists -> work.activate(id))
                .compose(active -> records.change(id, record -> FilmRules.extended(record, more)))
                .compose(work::resume);
    }

    /** Stops a film that is under way at once; it keeps the chunks it has. No effect on other films. */
    public Future<Film> stop(FilmId id) {
        return records.kept(id)
                // What it has is then refined to its end.
                .compose(exists -> work.activate(id))
                .compose(active -> records.changeIf(id, FilmRules::stopped))
                .compose(stopped -> records.after(stopped, id))
                .compose(work::refine);
    }

    /** Lets an active film rest; a chunk that is being made is finished first. No effect on other films. */
    public Future<Film> pause(FilmId id) {
        return records.changeIf(id, FilmRules::paused).compose(paused -> records.after(paused, id));
    }

    /** Lets a paused film go on, just as if it had never been paused. No effect on other films. */
    public Future<Film> resume(FilmId id) {
        return records.kept(id)
                .compose(exists -> work.activate(id))
                .compose(active -> records.changeIf(id, FilmRules::resumed))
                .compose(resumed -> records.after(resumed, id))
                .compose(work::resume);
    }

    /**
     * Has a film refined, what it has and what is to come, in any state. If it had failed, it is tried again; no effect
     * if it is on.
     *
     * @return fails with {@link InvalidFieldException} if the plan's windows don't begin where the film's chunks do
     */
    public Future<Film> enhance(FilmId id, EnhancementPlan plan) {
        return records.kept(id)
                .compose(exists -> work.activate(id))
                .compose(active -> records.changeIf(id, record -> EnhancementRules.enhanced(record, plan)))
                .compose(enhanced -> records.after(enhanced, id))
                .compose(work::resume);
    }

    /** Has a film refined no longer, and forgets its refined pictures (but for the poster). */
    public Future<Film> unenhance(FilmId id) {
        return records.changeIf(id, EnhancementRules::unenhanced).compose(plain -> records.after(plain, id));
    }

    /** @param title empty for none */
    public Future<Film> rename(FilmId id, String title) {
        return records.change(id, record -> FilmRules.titled(record, title));
    }

    /**
     * Puts a film out of sight, links and all, as if it were deleted; it can be restored until it is forgotten.
     *
     * @param keep time after which a sweep forgets it
     */
    public Future<Void> trash(FilmId id, Duration keep) {
        return trash.put(id, keep);
    }

    /** A film that is in the trash. */
    public Future<Film> findTrashed(FilmId id) {
        return trash.find(id);
    }

    /**
     * Takes a film out of the trash, as it was.
     *
     * @param goesOn whether it goes on if it was active; else it is paused then
     */
    public Future<Film> restore(FilmId id, boolean goesOn) {
        return trash.restore(id, goesOn);
    }

    /** Forgets a film with everything that belongs to it. */
    public Future<Void> delete(FilmId id) {
        return trash.delete(id);
    }

    /** Forgets the films whose time in the trash is over. */
    Future<Void> emptyTrash() {
        return trash.empty();
    }

    /** Begins the next chunk of a film; empty if the film needs none. */
    public Future<Optional<ChunkTask>> begin(FilmId id) {
        return records.changeIf(id, FilmRules::begun);
    }

    /**
     * Adds a chunk to its film. Harmless if it is there already or the task is no longer valid.
     *
     * @return the film as it is now
     */
    public Future<Film> commit(ChunkTask task, CommittedChunk chunk) {
        FilmId id = task.film().id();
        return work.activate(id)
                .compose(active -> records.changeIf(id, record -> FilmRules.committed(record, task, chunk)))
                .compose(film -> records.after(film, id))
                .compose(work::refine);
    }

    /** The chunk of {@code task} cannot be made. No effect if the task is no longer valid. */
    public Future<Film> fail(ChunkTask task, String error) {
        FilmId id = task.film().id();
        return work.activate(id)
                .compose(active -> records.changeIf(id, record -> FilmRules.failed(record, task, error)))
                .compose(film -> records.after(film, id))
                .compose(work::refine);
    }

    /** Tells the films that have not begun their places in the queue; an event for each that moved. */
    public Future<Void> announcePositions() {
        return work.announcePositions();
    }

    public Future<Optional<Snapshot>> snapshot(FilmId id, int chunk) {
        return blob(FilmKeys.snapshots(id), Integer.toString(chunk)).map(bytes -> bytes.map(SnapshotCodec::decode));
    }

    /** The film's fMP4 init segment; empty until the first chunk is done. */
    public Future<Optional<Buffer>> init(FilmId id) {
        return blob(FilmKeys.media(id), FilmRules.INIT);
    }

    /** The fMP4 media segment of {@code chunk}; empty until that chunk is done. */
    public Future<Optional<Buffer>> segment(FilmId id, int chunk) {
        return blob(FilmKeys.segments(id), Integer.toString(chunk));
    }

    /** The refined film's fMP4 init segment; empty until some of it is refined. */
    public Future<Optional<Buffer>> enhancedInit(FilmId id) {
        return blob(FilmKeys.media(id), EnhancementRules.INIT);
    }

    /**
     * The refined fMP4 media segment of {@code chunk}: the same frames at the same times as {@link #segment}, but
     * larger; empty while it is not refined. One that was refined up to the film's end goes when the film goes on.
     */
    public Future<Optional<Buffer>> enhancedSegment(FilmId id, int chunk) {
        return blob(FilmKeys.enhanced(id), Integer.toString(chunk));
    }

    /** The picture that the film begins with, as a PNG; empty if there is none, or it is not its owner's. */
    public Future<Optional<Buffer>> image(FilmId id) {
        return blob(FilmKeys.media(id), FilmRules.IMAGE);
    }

    /** A JPEG of the film; empty until the first chunk is done. */
    public Future<Optional<Buffer>> poster(FilmId id) {
        return blob(FilmKeys.media(id), FilmRules.POSTER);
    }

    private Future<Optional<Buffer>> blob(String key, String field) {
        return redis.send(Request.cmd(Command.HGET).arg(key).arg(field))
                .map(value -> Optional.ofNullable(value).map(bytes -> bytes.toBuffer()));
    }
}
