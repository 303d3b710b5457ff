package dev.longtake.cli;

import dev.longtake.film.InvalidFieldException;
import dev.longtake.studio.HouseRules;
import dev.longtake.studio.StudioConfig;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs the studio together with its workers until it is told to stop. */
@Command(
        name = "serve",
        description = "Run the studio: page, API and workers. Every option can be set by an environment variable, "
                + "such as LONGTAKE_PORT.",
        mixinStandardHelpOptions = true)
public final class ServeCommand implements Callable<Integer> {

    private static final int HIGHEST_PORT = 65_535;

    @Spec
    private CommandSpec spec;

    @Mixin
    private EngineOptions engine;

    @Mixin
    private ServerOptions server;

    @Option(names = "--host", paramLabel = "NAME", defaultValue = "${env:LONGTAKE_HOST:-localhost}",
            description = "Address to listen on; 0.0.0.0 for all (default: localhost).")
    private String host;

    @Option(names = "--port", paramLabel = "N", defaultValue = "${env:LONGTAKE_PORT:-8080}",
            description = "Port to listen on; 0 for any free one (default: 8080).")
    private int port;

    @Option(names = "--public-url", paramLabel = "URL", defaultValue = "${env:LONGTAKE_PUBLIC_URL:-}",
            description = "Where people find the studio, if a proxy stands before it; share links begin with it.")
    private String publicUrl;

    @Option(names = "--endless-frames", paramLabel = "N",
            defaultValue = "${env:LONGTAKE_ENDLESS_FRAMES:-" + HouseRules.USUAL_ENDLESS_FRAMES + "}",
            description = "Frames after which an endless film ends by itself (default: "
                    + HouseRules.USUAL_ENDLESS_FRAMES + ").")
    private int endlessFrames;

    @Option(names = "--trash-minutes", paramLabel = "N",
            defaultValue = "${env:LONGTAKE_TRASH_MINUTES:-" + HouseRules.USUAL_TRASH_MINUTES + "}",
            description = "Minutes for which a deleted film can be restored (default: "
                    + HouseRules.USUAL_TRASH_MINUTES + ").")
    private int trashMinutes;

    @Option(names = "--trust-proxy", defaultValue = "${env:LONGTAKE_TRUST_PROXY:-false}",
            description = "Believe the X-Forwarded-* headers. Only where a proxy sets all of them.")
    private boolean trustProxy;

    @Mixin
    private LimitOptions limits;

    @Override
    public Integer call() {
        if (port < 0 || port > HIGHEST_PORT) {
            throw new InvalidFieldException("port", port, "0 to " + HIGHEST_PORT);
        }
        Path cache = server.data().resolve("cache").resolve(String.valueOf(port));
        HouseRules rules = new HouseRules(endlessFrames, Duration.ofMinutes(trashMinutes));
        StudioConfig studio =
                new StudioConfig(host, port, publicUrl(), cache, rules, limits.limits(), trustProxy);
        Server.Plan plan = new Server.Plan(
                engine.packFolder(),
                engine.device(),
                server.redis(),
                server.data(),
                server.name(),
                server.workers(0),
                Optional.of(studio));
        try (Server running = new Server(plan)) {
            return running.run(() -> {
                spec.commandLine().getOut().println("Longtake is on " + address(running.port()) + "  (" + running + ")");
                spec.commandLine().getOut().flush();
            });
        }
    }

    private String address(int actualPort) {
        String name = host.equals("0.0.0.0") || host.equals("::") ? "localhost" : host;
        return publicUrl().map(URI::toString).orElse("http://" + name + ":" + actualPort);
    }

    private Optional<URI> publicUrl() {
        if (publicUrl.isBlank()) {
            return Optional.empty();
        }
        try {
            URI url = new URI(publicUrl.strip());
            String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
            if (url.getHost() != null && (scheme.equals("http") || scheme.equals("https"))) {
                return Optional.of(url);
            }
        } catch (java.net.URISyntaxException e) {
            // said below
        }
        throw new InvalidFieldException("public-url", publicUrl, "an address such as https://films.example");
    }
}
