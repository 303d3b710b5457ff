package dev.longtake.cli;

import dev.longtake.director.Director;
import dev.longtake.director.RecipeCheck;
import dev.longtake.memory.EmbeddedRedis;
import dev.longtake.memory.Memory;
import dev.longtake.pack.Device;
import dev.longtake.pack.ModelPack;
import dev.longtake.pack.PackManifest;
import dev.longtake.pack.PromptTokenizer;
import dev.longtake.studio.StudioConfig;
import dev.longtake.studio.StudioVerticle;
import dev.longtake.worker.WorkerVerticle;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts the parts of a server together, in order, and takes them apart again in the opposite order. */
final class Server implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Server.class);
    private static final long OPEN_SECONDS = 120;
    private static final long CLOSE_SECONDS = 15;

    private final Plan plan;
    private final PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Deque<Part> parts = new ArrayDeque<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    private Vertx vertx;
    private Memory memory;
    private PackManifest manifest;
    private StudioVerticle studio;
    private boolean closing;

    /**
     * What to run.
     *
     * @param pack    folder of the model pack
     * @param redis   URL; empty for an embedded one
     * @param data    folder for everything that is kept
     * @param name    what its workers are called in the queue, followed by a number; after a crash they get their
     *                jobs back at once when they come back by the same name
     * @param workers workers on the device, may be 0
     * @param studio  empty to run workers only
     */
    record Plan(
            Path pack,
            Device device,
            Optional<String> redis,
            Path data,
            String name,
            int workers,
            Optional<StudioConfig> studio) { }

    private record Part(String name, AutoCloseable what) { }

    Server(Plan plan) {
        this.plan = plan;
    }

    /**
     * Opens everything, says so, and runs until the process is asked to end.
     *
     * @param opened told when everything runs
     * @return the process's exit code
     * @throws UsageException if something stands in the way that its user can remove
     */
    int run(Runnable opened) {
        EndSignals signals = new EndSignals();
        signals.listen(this::close);
        // Whatever else may end the virtual machine.
        Runtime.getRuntime().addShutdownHook(new Thread(this::close, "longtake-close"));
        open();
        opened.run();
        awaitClose();
        return signals.exitCode();
    }

    /**
     * Opens everything. Blocks until the pack is loaded.
     *
     * @throws UsageException if something stands in the way that its user can remove
     */
    void open() {
        manifest = PackManifest.read(plan.pack());
        vertx = Vertx.builder().with(options()).withMetrics(new MicrometerMetricsFactory(metrics)).build();
        keep("Vert.x", () -> Blocking.await(vertx.close(), CLOSE_SECONDS));
        memory = openMemory(plan.redis().orElseGet(this::openRedis));
        keep("memory", () -> Blocking.await(memory.close(), CLOSE_SECONDS));
        for (int i = 0; i < plan.workers(); i++) {
            Director director = new Director(ModelPack.open(plan.pack(), plan.device()));
            WorkerVerticle worker = new WorkerVerticle(memory, plan.name() + "-" + i, director);
            String id = Blocking.await(vertx.deployVerticle(worker), OPEN_SECONDS);
            keep("worker " + i, () -> Blocking.await(vertx.undeploy(id), CLOSE_SECONDS));
        }
        plan.studio().ifPresent(this::openStudio);
    }

    private VertxOptions options() {
        VertxOptions options = new VertxOptions()
                .setMetricsOptions(new MicrometerMetricsOptions().setEnabled(true));
        // Vert.x unpacks the page's files from the jar; a killed process would leave them in the system's temp folder.
        plan.studio().ifPresent(studio -> {
            keep("cache", ScratchFolder.open(studio.cache()));
            options.setFileSystemOptions(
                    new FileSystemOptions().setFileCacheDir(studio.cache().resolve("web").toString()));
        });
        return options;
    }

    private void openStudio(StudioConfig config) {
        PromptTokenizer tokenizer = PromptTokenizer.open(plan.pack(), manifest.text());
        keep("tokenizer", tokenizer);
        studio = new StudioVerticle(config, memory, new RecipeCheck(manifest, tokenizer), metrics);
        try {
            String id = Blocking.await(vertx.deployVerticle(studio), OPEN_SECONDS);
            keep("studio", () -> Blocking.await(vertx.undeploy(id), CLOSE_SECONDS));
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof BindException) {
                throw new UsageException("can't listen on " + config.host() + ":" + config.port() + " ("
                        + e.getCause().getMessage() + "); choose another with --port or LONGTAKE_PORT");
            }
            throw e;
        }
    }

    /** Port of the studio. */
    int port() {
        return studio.port();
    }

    /** Blocks until {@link #close} is done. */
    private void awaitClose() {
        try {
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        synchronized (parts) {
            if (closing) {
                return;
            }
            closing = true;
            while (!parts.isEmpty()) {
                Part part = parts.pop();
                try {
                    part.what().close();
                } catch (Exception e) {
                    LOG.warn("{} did not close: {}", part.name(), e.toString());
                }
            }
        }
        closed.countDown();
    }

    /** The pack and how it is run, for people. */
    @Override
    public String toString() {
        return "pack " + manifest.name() + " " + manifest.version() + " on " + plan.device() + ", "
                + plan.workers() + (plan.workers() == 1 ? " worker" : " workers") + ", "
                + plan.redis().map(url -> "films in Redis").orElse("films in " + plan.data());
    }

    private Memory openMemory(String url) {
        try {
            return Blocking.await(Memory.open(vertx, url), OPEN_SECONDS);
        } catch (UncheckedIOException e) {
            throw new UsageException(e.getCause().getMessage());
        }
    }

    private String openRedis() {
        try {
            EmbeddedRedis redis = EmbeddedRedis.open(plan.data().resolve("redis"));
            keep("Redis", redis);
            return redis.url();
        } catch (IOException e) {
            throw new UsageException(e.getMessage());
        }
    }

    private void keep(String name, AutoCloseable part) {
        synchronized (parts) {
            if (closing) {
                throw new UsageException("stopped while starting");
            }
            parts.push(new Part(name, part));
        }
    }
}
