package dev.longtake.studio;

import dev.longtake.director.Director;
import dev.longtake.director.RecipeCheck;
import dev.longtake.film.ChunkPlan;
import dev.longtake.film.Film;
import dev.longtake.film.FilmId;
import dev.longtake.film.Snapshot;
import dev.longtake.film.VideoFrames;
import dev.longtake.media.ChunkEncoder;
import dev.longtake.media.JpegEncoder;
import dev.longtake.media.MediaSegment;
import dev.longtake.media.VideoFormat;
import dev.longtake.memory.ChunkTask;
import dev.longtake.memory.CommittedChunk;
import dev.longtake.memory.CommittedEnhancement;
import dev.longtake.memory.EmbeddedRedis;
import dev.longtake.memory.EnhancementTask;
import dev.longtake.memory.Memory;
import dev.longtake.pack.Device;
import dev.longtake.pack.Diffusion;
import dev.longtake.pack.ModelPack;
import dev.longtake.pack.PackManifest;
import dev.longtake.pack.PromptTokenizer;
import dev.longtake.pack.TextConditioning;
import dev.longtake.pack.Refinement;
import dev.longtake.worker.WorkerVerticle;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;

/** A studio with a Redis of its own on a free port, and with us in the place of its worker. */
final class Studio implements AutoCloseable {

    static final ChunkPlan PLAN = new ChunkPlan(16, 8);
    /** Frames that must have been made before the first can be refined. */
    static final int LOOK_AHEAD = 40;
    /** Refined pictures are brighter than any that were made, so that one can tell. */
    static final int BRIGHT = 150;
    private static final VideoFormat FORMAT = new VideoFormat(64, 64, 8);
    private static final VideoFormat ENHANCED = new VideoFormat(256, 256, 8);
    private static final PackManifest MANIFEST = new PackManifest(
            PackManifest.FORMAT, "storybook", "0.1.0", "Storybook", "For tests", "Apache-2.0",
            new PackManifest.Video(64, 64, 8), PLAN, new PackManifest.Latent(16, 8, 8),
            new TextConditioning.MiniLm(48), 1,
            new Diffusion.Euler("euler", "flow", 1, 16, 4, Optional.of(new Diffusion.Fast(6, 4, 8, 3))), Optional.empty(),
            Optional.empty(),
            PackManifest.FIRST_FRAME, Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(new PackManifest.Enhancer(
                    new PackManifest.Enhancer.Size(256, 256), new PackManifest.Latent(4, 32, 32),
                    new PackManifest.Enhancer.Window(24, 8), new Refinement.Flow("euler", "flow", 0.5, 2, 1))),
            Map.of("vae_encoder", new PackManifest.Graph(
                    "vae_encoder.onnx", "0".repeat(64), Optional.empty(), Optional.empty(), Map.of(), Map.of())),
            Map.of("actor", List.of("red car")), List.of("a red car & a <b>house</b></script>"),
            Map.of("trainedOn", "nothing"));

    final Vertx vertx;
    final Memory memory;
    private final EmbeddedRedis redis;
    private final StudioVerticle verticle;
    private final PromptTokenizer tokenizer;

    private Studio(Path folder, PackManifest pack, Limits limits, Optional<URI> publicUrl, boolean trustProxy)
            throws IOException {
        PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        vertx = Vertx.builder()
                .with(new VertxOptions().setMetricsOptions(new MicrometerMetricsOptions().setEnabled(true)))
                .withMetrics(new MicrometerMetricsFactory(metrics))
                .build();
        tokenizer = PromptTokenizer.open(Path.of("."), pack.text());
        redis = EmbeddedRedis.open(folder.resolve("redis"));
        try {
            memory = await(Memory.open(vertx, redis.url()));
            verticle = new StudioVerticle(
                    new StudioConfig("127.0.0.1", 0, publicUrl, folder.resolve("cache"),
                            HouseRules.USUAL, limits, trustProxy),
                    memory, new RecipeCheck(pack, tokenizer), metrics);
            await(vertx.deployVerticle(verticle));
        } catch (RuntimeException e) {
            redis.close();
            throw e;
        }
    }

    static Studio open(Path folder) throws IOException {
        return open(folder, Limits.NONE);
    }

    static Studio open(Path folder, Limits limits) throws IOException {
        return new Studio(folder, MANIFEST, limits, Optional.empty(), false);
    }

    /** One whose films a real worker with {@code pack} makes. */
    static Studio worked(Path folder, Path pack) throws IOException {
        Studio studio = new Studio(folder, PackManifest.read(pack), Limits.NONE, Optional.empty(), false);
        Director director = new Director(ModelPack.open(pack, Device.parse("cpu").withThreads(1)));
        await(studio.vertx.deployVerticle(new WorkerVerticle(studio.memory, "real", director)));
        return studio;
    }

    /** One that stands behind a proxy. */
    static Studio behindProxy(Path folder, Optional<URI> publicUrl, boolean trustProxy) throws IOException {
        return new Studio(folder, MANIFEST, Limits.NONE, publicUrl, trustProxy);
    }

    static Studio behindProxy(Path folder, Limits limits) throws IOException {
        return new Studio(folder, MANIFEST, limits, Optional.empty(), true);
    }

    int port() {
        return verticle.port();
    }

    /** Somebody the studio has not seen yet. */
    Person stranger() {
        return new Person("http://127.0.0.1:" + port());
    }

    /** Makes the next chunk of a film as a worker would, of pictures that need no network. */
    Film shoot(String id) {
        ChunkTask task = await(memory.films().begin(new FilmId(id))).orElseThrow();
        int first = PLAN.firstFrame(task.chunk());
        VideoFrames frames = frames(FORMAT, 30, first, task.shownFrames());
        MediaSegment segment = new ChunkEncoder(FORMAT).encode(frames, first);
        Snapshot snapshot = new Snapshot(task.chunk(), new float[4], new float[2]);
        return await(memory.films().commit(task, new CommittedChunk(
                snapshot, segment.init(), segment.media(),
                Optional.of(new JpegEncoder(3, 64).encode(frames, 0)), 1.0, 0.9)));
    }

    /** Refines what can be refined next of a film, as a worker would. */
    Film refine(String id) {
        EnhancementTask task = await(memory.enhancements().begin(new FilmId(id))).orElseThrow();
        List<MediaSegment> segments = IntStream.range(0, task.chunks())
                .mapToObj(i -> task.framesOf(task.firstChunk() + i))
                .map(range -> new ChunkEncoder(ENHANCED).encode(
                        frames(ENHANCED, BRIGHT, range.from(), range.count()), range.from()))
                .toList();
        return await(memory.enhancements().commit(task, new CommittedEnhancement(
                segments.get(0).init(), segments.stream().map(MediaSegment::media).toList(), Optional.empty(), 2.0)));
    }

    /** Refines all that can be refined now. */
    Film refineAll(String id) {
        Film film = await(memory.films().find(new FilmId(id)));
        while (film.enhanceable().isPresent()) {
            film = refine(id);
        }
        return film;
    }

    /** Takes the next chunk of a film to make it, and does not. */
    void begin(String id) {
        await(memory.films().begin(new FilmId(id))).orElseThrow();
    }

    /** How bright the middle of a picture is, 0 to 255. */
    static int grey(byte[] picture) {
        try {
            BufferedImage image = ImageIO.read(new ByteArrayInputStream(picture));
            return image.getRGB(image.getWidth() / 2, image.getHeight() / 2) & 0xff;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes every chunk that is wanted. */
    Film shootAll(String id) {
        Film film = shoot(id);
        while (film.state().active()) {
            film = shoot(id);
        }
        return film;
    }

    private static VideoFrames frames(VideoFormat format, int darkest, int first, int count) {
        int size = format.width() * format.height() * 3;
        byte[] rgb = new byte[count * size];
        for (int i = 0; i < count; i++) {
            Arrays.fill(rgb, i * size, (i + 1) * size, (byte) (darkest + (first + i) % 50 * 2));
        }
        return new VideoFrames(count, format.height(), format.width(), rgb);
    }

    static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Ends Redis only, as if it had died. */
    void loseRedis() {
        redis.close();
    }

    @Override
    public void close() {
        try {
            await(vertx.undeploy(verticle.deploymentID()));
            await(Future.join(vertx.deploymentIDs().stream().map(vertx::undeploy).toList()));
            await(memory.close());
        } finally {
            redis.close();
            await(vertx.close());
            tokenizer.close();
        }
    }
}
