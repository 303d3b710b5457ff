package dev.longtake.studio;

import dev.longtake.director.RecipeCheck;
import dev.longtake.media.VideoFormat;
import dev.longtake.memory.EmbeddedRedis;
import dev.longtake.memory.Memory;
import dev.longtake.pack.Diffusion;
import dev.longtake.pack.PackManifest;
import dev.longtake.pack.PromptTokenizer;
import dev.longtake.pack.TextConditioning;
import dev.longtake.pack.Refinement;
import dev.longtake.worker.WorkerVerticle;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A studio in this process whose films are painted, by one worker that makes and one that refines. */
public final class PaintedStudio implements AutoCloseable {

    private static final long SECONDS = 30;
    private static final PackManifest MANIFEST = new PackManifest(
            PackManifest.FORMAT, "painted", "1", "Painted", "For tests", "Apache-2.0",
            new PackManifest.Video(PaintedFilms.SIZE, PaintedFilms.SIZE, 8), PaintedFilms.PLAN,
            new PackManifest.Latent(1, 1, 1), new TextConditioning.MiniLm(48), 1,
            new Diffusion.Euler("euler", "flow", 1, 2, 4, Optional.empty()), Optional.empty(), Optional.empty(),
            PackManifest.FIRST_FRAME, Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(new PackManifest.Enhancer(
                    new PackManifest.Enhancer.Size(PaintedFilms.REFINED_SIZE, PaintedFilms.REFINED_SIZE),
                    new PackManifest.Latent(1, 1, 1), new PackManifest.Enhancer.Window(24, 8),
                    new Refinement.Flow("euler", "flow", 0.5, 2, 1))),
            Map.of(), Map.of(), List.of("a bar that moves"), Map.of());

    public final PaintedFilms films = new PaintedFilms();
    private final EmbeddedRedis redis;
    private final Vertx vertx = Vertx.vertx();
    private final PromptTokenizer tokenizer;
    private final Memory memory;
    private final StudioVerticle studio;

    /** @param folder for its memory and files; nobody else uses it */
    public PaintedStudio(Path folder) throws IOException {
        redis = EmbeddedRedis.open(folder.resolve("redis"));
        tokenizer = PromptTokenizer.open(Path.of("."), MANIFEST.text());
        memory = await(Memory.open(vertx, redis.url()));
        studio = new StudioVerticle(
                new StudioConfig("127.0.0.1", 0, Optional.empty(), folder.resolve("cache")), memory,
                new RecipeCheck(MANIFEST, tokenizer), new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
        await(vertx.deployVerticle(studio));
        VideoFormat format = new VideoFormat(PaintedFilms.SIZE, PaintedFilms.SIZE, 8);
        for (String name : List.of("one", "two")) {
            await(vertx.deployVerticle(new WorkerVerticle(memory, name, films, format)));
        }
    }

    /** Without a slash at the end. */
    public String url() {
        return "http://127.0.0.1:" + studio.port();
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        await(Future.join(vertx.deploymentIDs().stream().map(vertx::undeploy).toList()));
        await(memory.close());
        redis.close();
        await(vertx.close());
        tokenizer.close();
    }
}
