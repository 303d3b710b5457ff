package dev.longtake.memory;

import dev.longtake.film.Film;
import dev.longtake.film.FilmId;
import dev.longtake.film.Recipe;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
     * @param films   films with a turn or at a worker, some of them if there are very many
     * @param all     how many there are of them
     * @param workers workers that gave a sign of life lately
     */
    public record Load(List<Work> films, int all, int workers) {

        public Load {
            films = List.copyOf(films);
        }
    }

    /** @param chunks that a film still needs, with the one that is being made */
    public record Work(Recipe recipe, int chunks) { }

    /** Films that share the workers with {@code film}, which itself does not count. */
    public Future<Load> beside(FilmId film) {
        return Future.all(
                        redis.send(Request.cmd(Command.HKEYS).arg(JobQueue.TURNS)),
                        redis.send(Request.cmd(Command.ZCARD).arg(JobQueue.WORKERS)))
                .compose(both -> load(others(both.resultAt(0), film), both.<Response>resultAt(1).toInteger()));
    }

    private static List<FilmId> others(Response turns, FilmId film) {
        List<FilmId> others = new ArrayList<>();
        turns.forEach(turn -> others.add(new FilmId(turn.toString())));
        others.remove(film);
        return others;
    }

    private Future<Load> load(List<FilmId> others, int workers) {
        return Future.all(others.stream().limit(MOST_READ).map(this::work).toList()).map(read -> {
            List<Work> films = read.<Optional<Work>>list().stream().flatMap(Optional::stream).toList();
            // Of those who were read, some may just have ended.
            int unread = Math.max(0, others.size() - MOST_READ);
            return new Load(films, films.size() + unread, workers);
        });
    }

    private Future<Optional<Work>> work(FilmId id) {
        return redis.send(Request.cmd(Command.HGETALL).arg(FilmKeys.film(id)))
                .map(hash -> FilmRecord.read(id, hash)
                        .filter(record -> record.kept() && record.film().state().active())
                        .map(record -> work(record.film())));
    }

    private static Work work(Film film) {
        return new Work(film.recipe(), film.chunks() - film.chunksDone());
    }
}
