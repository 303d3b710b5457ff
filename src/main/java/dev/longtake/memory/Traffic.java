package dev.longtake.memory;

import dev.longtake.film.Enhancement;
import dev.longtake.film.EnhancementPlan;
import dev.longtake.film.Film;
import dev.longtake.film.FilmId;
import dev.longtake.film.FilmState;
import dev.longtake.film.Recipe;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** How busy the workers are. Safe to use from any thread. */
public final class Traffic {

    /** Of so many films it is looked up what they need; the others are taken to be like them. */
    private static final int MOST_READ = 64;

    private final RedisConnections redis;

    Traffic(RedisConnections redis) {
        this.redis = redis;
    }

    /**
     * What else the workers have to do.
     *
     * @param works   of films with a turn or at a worker, some of them if there are very many
     * @param all     how many there are of them
     * @param workers workers that gave a sign of life lately
     */
    public record Load(List<Work> works, int all, int workers) {

        public Load {
            works = List.copyOf(works);
        }

        public Load with(Work work) {
            List<Work> more = new ArrayList<>(works);
            more.add(work);
            return new Load(more, all + 1, workers);
        }
    }

    /**
     * What a film still needs of the workers in one stage; each stage of a film takes its turns beside the other.
     *
     * @param refining how the film is refined; empty if its chunks are made
     * @param turns    with the one that is running
     */
    public record Work(Recipe recipe, Optional<EnhancementPlan> refining, int turns) {

        public static Work chunks(Recipe recipe, int turns) {
            return new Work(recipe, Optional.empty(), turns);
        }

        /** The rest of a film's chunks. */
        static Optional<Work> chunks(Film film) {
            return film.state().active()
                    ? Optional.of(chunks(film.recipe(), film.chunks() - film.chunksDone()))
                    : Optional.empty();
        }

        /** The rest of a film's refinement, as if all of its frames were there. */
        static Optional<Work> refinement(Film film) {
            return film.enhancement()
                    .filter(done -> done.error().isEmpty() && film.state() != FilmState.PAUSED)
                    .map(done -> new Work(film.recipe(), Optional.of(done.plan()), turns(film, done)))
                    .filter(work -> work.turns() > 0);
        }

        private static int turns(Film film, Enhancement done) {
            int frames = film.hasEnded() ? film.framesDone() : film.recipe().frames();
            return done.plan().strides(frames - done.frames());
        }
    }

    /** What the workers have to do for other films than {@code film}. */
    public Future<Load> beside(FilmId film) {
        return Future.all(
                        redis.send(Request.cmd(Command.HKEYS).arg(JobQueue.TURNS)),
                        redis.send(Request.cmd(Command.ZCARD).arg(JobQueue.WORKERS)))
                .compose(both -> load(others(both.resultAt(0), film), both.<Response>resultAt(1).toInteger()));
    }

    private static List<FilmId> others(Response turns, FilmId film) {
        Set<FilmId> others = new LinkedHashSet<>();
        turns.forEach(turn -> others.add(Turn.of(turn.toString()).film()));
        others.remove(film);
        return List.copyOf(others);
    }

    private Future<Load> load(List<FilmId> others, int workers) {
        List<FilmId> some = others.subList(0, Math.min(MOST_READ, others.size()));
        return Future.all(some.stream().map(this::works).toList()).map(read -> {
            List<Work> works = read.<List<Work>>list().stream().flatMap(List::stream).toList();
            // Of those who were read, some may just have ended.
            double all = some.isEmpty() ? 0 : (double) works.size() * others.size() / some.size();
            return new Load(works, (int) Math.round(all), workers);
        });
    }

    private Future<List<Work>> works(FilmId id) {
        return redis.send(Request.cmd(Command.HGETALL).arg(FilmKeys.film(id)))
                .map(hash -> FilmRecord.read(id, hash)
                        .filter(FilmRecord::kept)
                        .map(FilmRecord::film)
                        .map(film -> Stream.concat(Work.chunks(film).stream(), Work.refinement(film).stream()).toList())
                        .orElse(List.of()));
    }
}
