package dev.longtake.measure;

import dev.longtake.director.Director;
import dev.longtake.film.ChunkPlan;
import dev.longtake.film.Film;
import dev.longtake.film.FilmState;
import dev.longtake.film.Recipe;
import dev.longtake.memory.EmbeddedRedis;
import dev.longtake.memory.FilmEvent;
import dev.longtake.memory.FilmEvents;
import dev.longtake.memory.Memory;
import dev.longtake.memory.Subscription;
import dev.longtake.pack.Device;
import dev.longtake.pack.ModelPack;
import dev.longtake.worker.WorkerVerticle;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;

/**
 * Makes films as a server does, by a worker with a queue, and holds the time left that it tells to the time it then
 * takes. Blocks; for one thread that is not Vert.x's.
 */
public final class EtaTrial implements AutoCloseable {

    private final Path folder;
    private final EmbeddedRedis redis;
    private final Vertx vertx = Vertx.vertx();
    private final Memory memory;
    private final ChunkPlan plan;
    private final String worker;

    private EtaTrial(Path folder, EmbeddedRedis redis, Director director) throws IOException {
        this.folder = folder;
        this.redis = redis;
        plan = director.plan();
        memory = await(Memory.open(vertx, redis.url()));
        worker = await(vertx.deployVerticle(new WorkerVerticle(memory, "eta", director)));
    }

    /** A worker that has made nothing yet, with a Redis of its own. */
    public static EtaTrial open(Path pack, Device device) throws IOException {
        Director director = new Director(ModelPack.open(pack, device));
        Path folder = Files.createTempDirectory("longtake-eta");
        return new EtaTrial(folder, EmbeddedRedis.open(folder), director);
    }

    /**
     * Makes films side by side.
     *
     * @param recipes in the order in which they are asked for
     * @return one for each recipe
     */
    public List<EtaAccuracy> make(List<Recipe> recipes) throws IOException {
        List<Future<EtaAccuracy>> films = recipes.stream().map(this::make).toList();
        return await(Future.all(films)).list();
    }

    private Future<EtaAccuracy> make(Recipe recipe) {
        Film film = Film.create("eta", recipe, plan);
        long begun = System.nanoTime();
        List<EtaAccuracy.Promise> promises = new ArrayList<>();
        Promise<EtaAccuracy> made = Promise.promise();
        return memory.films().create(film).compose(created -> {
            Subscription tail = memory.events().tail(film.id(), FilmEvents.BEGINNING, event -> {
                double now = (System.nanoTime() - begun) / 1e9;
                if (event.type().equals(FilmEvent.PROGRESS)) {
                    promises.add(promise(film, event.body(), now));
                } else if (is(event, FilmState.FINISHED)) {
                    made.tryComplete(EtaAccuracy.of(promises, now));
                } else if (is(event, FilmState.FAILED)) {
                    made.tryFail(new IOException("the film failed: " + event.body().getString("error")));
                }
            });
            return made.future().onComplete(done -> tail.close());
        });
    }

    private static EtaAccuracy.Promise promise(Film film, JsonObject progress, double now) {
        double chunks = progress.getInteger("chunk") + progress.getDouble("step") / progress.getDouble("steps");
        return new EtaAccuracy.Promise(chunks / film.chunks(), now, progress.getDouble("etaSeconds"));
    }

    private static boolean is(FilmEvent event, FilmState state) {
        return event.type().equals(FilmEvent.STATE) && state.name().equals(event.body().getString("state"));
    }

    private static <T> T await(Future<T> future) throws IOException {
        try {
            return future.toCompletionStage().toCompletableFuture().join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
        }
    }

    @Override
    public void close() throws IOException {
        // Closes the director, too.
        await(vertx.undeploy(worker));
        await(memory.close());
        await(vertx.close());
        redis.close();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
