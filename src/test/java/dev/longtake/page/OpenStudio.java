package dev.longtake.page;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
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

    private final String[] options;
    private final Deque<Visitor> visitors = new ArrayDeque<>();
    private Path data;
    private Chromium chromium;
    private StudioProcess studio;

    /** @param options of the command {@code serve} */
    OpenStudio(String... options) {
        this.options = options;
    }

    /** Somebody with a browser profile of their own. */
    Visitor visitor() {
        Visitor visitor = new Visitor(chromium.browser(), studio.url());
        visitors.push(visitor);
        return visitor;
    }

    /** Where the studio is, without a slash at the end. */
    String url() {
        return studio.url();
    }

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        chromium = Chromium.launch();
        data = Files.createTempDirectory("studio");
        studio = StudioProcess.start(data, options);
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
        if (chromium != null) {
            chromium.close();
        }
        if (data != null) {
            delete(data);
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
