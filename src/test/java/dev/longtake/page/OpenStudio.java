package dev.longtake.page;

import com.microsoft.playwright.Browser;
import dev.longtake.studio.PathProxy;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A studio in a process of its own and a browser, for all tests of a class; each test's visitors leave after it. */
final class OpenStudio implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {

    private final PathProxy proxy; // may be null
    private final String[] options;
    private final Deque<Visitor> visitors = new ArrayDeque<>();
    private Path data;
    private Chromium chromium;
    private StudioProcess studio;

    /** @param options of the command {@code serve} */
    OpenStudio(String... options) {
        this(null, options);
    }

    private OpenStudio(PathProxy proxy, String... options) {
        this.proxy = proxy;
        this.options = options;
    }

    /** As people find it behind a proxy that takes a path off; the proxy is closed with the studio. */
    static OpenStudio behind(PathProxy proxy, String... options) {
        return new OpenStudio(proxy, options);
    }

    /** Somebody with a browser profile of their own. */
    Visitor visitor() {
        return visitor(url());
    }

    /** Somebody who finds the studio, or another one, at {@code url} (without a slash at the end). */
    Visitor visitor(String url) {
        return visitor(url, new Browser.NewContextOptions());
    }

    /** Somebody with a browser of a certain kind. */
    Visitor visitor(String url, Browser.NewContextOptions kind) {
        Visitor visitor = new Visitor(chromium.browser(), url, kind);
        visitors.push(visitor);
        return visitor;
    }

    /** Where the studio is, without a slash at the end. */
    String url() {
        return proxy == null ? studio.url() : proxy.url();
    }

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        chromium = Chromium.launch();
        data = Files.createTempDirectory("studio");
        if (proxy == null) {
            studio = StudioProcess.start(data, options);
        } else {
            List<String> all = new ArrayList<>(List.of("--public-url", proxy.url()));
            all.addAll(List.of(options));
            // What such a studio says is where people find it; its own port must be known beforehand.
            int port = freePort();
            studio = StudioProcess.start(data, port, all.toArray(String[]::new));
            proxy.leadTo(port);
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        while (!visitors.isEmpty()) {
            visitors.pop().close();
        }
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        if (studio != null) {
            studio.close();
        }
        if (proxy != null) {
            proxy.close();
        }
        if (chromium != null) {
            chromium.close();
        }
        if (data != null) {
            delete(data);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static void delete(Path folder) throws IOException {
        List<Path> all;
        try (Stream<Path> walk = Files.walk(folder)) {
            all = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : all) {
            Files.deleteIfExists(path);
        }
    }
}
