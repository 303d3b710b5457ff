package dev.longtake.studio;

import dev.longtake.director.RecipeCheck;
import dev.longtake.film.FilmId;
import dev.longtake.memory.Memory;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.healthchecks.HealthChecks;
import io.vertx.ext.healthchecks.Status;
import io.vertx.ext.web.AllowForwardHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.common.template.TemplateEngine;
import io.vertx.ext.web.handler.StaticHandler;
import io.vertx.ext.web.healthchecks.HealthCheckHandler;
import io.vertx.ext.web.templ.handlebars.HandlebarsTemplateEngine;
import io.vertx.micrometer.PrometheusScrapingHandler;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Serves the studio over HTTP. Deploy one; it needs no more than one event loop. */
public final class StudioVerticle extends VerticleBase {

    private static final long HEALTH_TIMEOUT_MILLIS = 2_000;
    private static final String WEB_ROOT = "webroot";
    private static final int LARGEST_CLIENT_MESSAGE = 4096;
    /** Longer than live sockets are ever silent. */
    private static final int IDLE_SECONDS = 120;

    private final StudioConfig config;
    private final Memory memory;
    private final RecipeCheck check;
    private final PrometheusMeterRegistry metrics;

    private LiveApi live;
    private WorkerExecutor pictures;
    private HttpServer server;

    /**
     * @param memory stays open when this verticle stops, like {@code check}'s tokenizer
     * @param check  knows the pack that films are made with
     */
    public StudioVerticle(StudioConfig config, Memory memory, RecipeCheck check, PrometheusMeterRegistry metrics) {
        this.config = config;
        this.memory = memory;
        this.check = check;
        this.metrics = metrics;
    }

    /** Fails with a {@link java.net.BindException} if the port is taken. */
    @Override
    public Future<?> start() {
        String videos = config.cache().resolve("videos").toString();
        HttpServerOptions options = new HttpServerOptions()
                .setIdleTimeout(IDLE_SECONDS)
                // Video does not compress, and every compressed socket costs memory.
                .setPerMessageWebSocketCompressionSupported(false)
                .setPerFrameWebSocketCompressionSupported(false)
                .setMaxWebSocketMessageSize(LARGEST_CLIENT_MESSAGE)
                .setMaxWebSocketFrameSize(LARGEST_CLIENT_MESSAGE);
        return vertx.fileSystem().mkdirs(videos)
                .compose(made -> Contract.load(vertx))
                .compose(contract -> vertx.createHttpServer(options)
                        .requestHandler(router(contract))
                        .listen(config.port(), config.host()))
                .onSuccess(listening -> server = listening);
    }

    @Override
    public Future<?> stop() {
        live.close();
        return server.shutdown().eventually(() -> pictures.close());
    }

    /** Where the studio listens, once it is deployed. */
    public int port() {
        return server.actualPort();
    }

    private Router router(Contract contract) {
        pictures = vertx.createSharedWorkerExecutor("pictures", 1);
        Site site = new Site(config.publicUrl());
        Owners owners = new Owners(site);
        FilmViews views = new FilmViews(memory.jobs(), memory.events(), check.manifest());
        FilmAccess own = new OwnerAccess(memory.films(), owners);
        ShareAccess shared = new ShareAccess(memory.films(), memory.shares());
        VideoFiles videos = new VideoFiles(vertx, memory.films(), config.cache().resolve("videos"));
        ChunkStills stills = new ChunkStills(vertx, memory.films());
        FilmFormats formats = FilmFormats.of(check.manifest());
        ClipFiles clips = new ClipFiles(vertx, memory.films(), formats, config.cache().resolve("videos"));
        PackView pack = PackView.of(check.manifest());
        TemplateEngine templates = HandlebarsTemplateEngine.create(vertx);
        Pages pages = new Pages(templates, pack, owners);
        SharePages sharePages =
                new SharePages(templates, memory.films(), shared, memory.shares(), owners, views, site, formats);
        Allowances allowances = new Allowances(
                memory.quotas(), owners, config.limits(), new Visitors(config.trustProxy()));
        live = new LiveApi(vertx, memory, views, site, allowances, metrics);

        Router router = Router.router(vertx);
        router.allowForward(config.trustProxy() ? AllowForwardHeaders.X_FORWARD : AllowForwardHeaders.NONE);
        Problems problems = new Problems(pages, new Violations(contract));
        router.route()
                .handler(new SecurityHeaders())
                .handler(new BasePath(site.basePath()))
                .failureHandler(problems);
        Operations operations = new Operations(vertx, contract, pictures, new Gate(
                site, memory.keys(), allowances, new Idempotency(vertx, memory.answers(), owners)));
        Consumer<FilmId> forgetFiles = id -> {
            videos.forget(id);
            clips.forget(id);
        };
        addFilms(operations, new FilmApi(
                memory.films(), pictures, views, owners, own, check, forgetFiles, rules(), allowances));
        addKeys(operations, new KeyApi(memory.keys(), owners));
        addMedia(operations, new MediaApi(memory.films(), videos, stills, clips, formats, own), own);
        addSharing(operations, new ShareApi(memory.films(), memory.shares(), own, owners, site), sharePages);
        operations.on("remixShare", new RemixApi(memory.films(), shared, owners, views, check, allowances)::remix);
        addSharedMedia(operations, new MediaApi(memory.films(), videos, stills, clips, formats, shared), shared);
        operations.on("listPacks", rc -> Responses.json(rc, new Packs(List.of(pack))));
        addUpkeep(operations, contract);
        operations.mount(router);
        Map<String, Object> reference = new ApiPage(contract).model();
        new Routes(router).page("/", pages::index).page("/films/:id", pages::index)
                .page("/api", rc -> pages.api(rc, reference));
        addFiles(router);
        for (int status : new int[] {400, 404, 405, 413, 414, 500}) {
            router.errorHandler(status, problems.of(status));
        }
        return router;
    }

    /** An endless film ends where any other must. */
    private HouseRules rules() {
        int longest = config.limits().framesPerFilm();
        HouseRules rules = config.rules();
        return longest == 0 || longest >= rules.endlessFrames() ? rules : new HouseRules(longest, rules.trash());
    }

    /** Answer of {@code GET /api/packs}. */
    private record Packs(List<PackView> packs) { }

    private static void addFilms(Operations operations, FilmApi films) {
        operations
                .on("listFilms", films::list)
                .on("createFilm", films::create)
                .on("getFilm", films::get)
                .on("renameFilm", films::rename)
                .on("deleteFilm", films::delete)
                .on("restoreFilm", films::restore)
                .on("changePrompt", films::changePrompt)
                .on("replanFilm", films::replan)
                .on("forkFilm", films::fork)
                .on("listTakes", films::takes)
                .on("listChunks", films::chunks)
                .on("extendFilm", films::extend)
                .on("enhanceFilm", films::enhance)
                .on("pauseFilm", films::pause)
                .on("resumeFilm", films::resume)
                .on("stopFilm", films::stop);
    }

    private static void addKeys(Operations operations, KeyApi keys) {
        operations
                .on("listKeys", keys::list)
                .on("createKey", keys::create)
                .on("revokeKey", keys::revoke);
    }

    private void addMedia(Operations operations, MediaApi media, FilmAccess access) {
        operations
                .on("getVideo", media::video)
                .on("getPoster", media::poster)
                .on("getStill", media::still)
                .on("getRecipe", media::recipe)
                .on("getImage", media::startImage)
                .on("getGif", media.loop(ClipFiles.Kind.GIF))
                .on("getWebP", media.loop(ClipFiles.Kind.WEBP))
                .on("getFrame", media::picture)
                .on("watchFilm", live.through(access));
    }

    private static void addSharing(Operations operations, ShareApi shares, SharePages pages) {
        operations
                .on("listShares", shares::list)
                .on("shareFilm", shares::create)
                .on("changeShare", shares::change)
                .on("revokeShare", shares::delete)
                .on("sharePage", pages::page)
                .on("embedPage", pages::embed)
                .on("describeShare", pages::oembed);
    }

    private void addSharedMedia(Operations operations, MediaApi media, FilmAccess access) {
        operations
                .on("getSharedVideo", media::video)
                .on("getSharedPoster", media::poster)
                .on("getSharedStill", media::still)
                .on("getSharedRecipe", media::recipe)
                .on("getSharedGif", media.loop(ClipFiles.Kind.GIF))
                .on("getSharedWebP", media.loop(ClipFiles.Kind.WEBP))
                .on("getSharedFrame", media::picture)
                .on("watchSharedFilm", live.through(access));
    }

    private void addUpkeep(Operations operations, Contract contract) {
        HealthChecks ready = HealthChecks.create(vertx);
        ready.register("memory", HEALTH_TIMEOUT_MILLIS, result -> memory.ping()
                .onSuccess(pong -> result.complete(Status.OK()))
                .onFailure(result::fail));
        operations
                .serve("isLive", HealthCheckHandler.createWithHealthChecks(HealthChecks.create(vertx)))
                .serve("isReady", HealthCheckHandler.createWithHealthChecks(ready))
                .serve("getMetrics", PrometheusScrapingHandler.create(metrics))
                .on("getContract", rc -> Responses.bytes(rc, "application/yaml", Buffer.buffer(contract.text())));
    }

    private void addFiles(Router router) {
        router.route().method(HttpMethod.GET).method(HttpMethod.HEAD).handler(rc -> {
            // A player in a sandboxed frame has no origin: to its browser even our own scripts are another site's.
            rc.response().putHeader("Access-Control-Allow-Origin", "*");
            rc.next();
        });
        router.route().method(HttpMethod.GET).method(HttpMethod.HEAD).handler(new FileTags(vertx, WEB_ROOT));
        router.route().method(HttpMethod.GET).method(HttpMethod.HEAD).handler(
                StaticHandler.create(WEB_ROOT).setIncludeHidden(false).setCachingEnabled(false));
        router.route().handler(rc -> rc.fail(404));
    }
}
