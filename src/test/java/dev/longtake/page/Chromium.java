package dev.longtake.page;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The machine's own Chromium, without a window. Playwright's own download of a browser is never used. */
final class Chromium implements AutoCloseable {

    private static final List<String> NAMES =
            List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");

    private final Playwright playwright;
    private final Browser browser;

    private Chromium(Path executable) {
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser = playwright.chromium().launch(new BrowserType.LaunchOptions()
                .setExecutablePath(executable)
                // Containers have neither user namespaces for the sandbox nor a graphics processor.
                .setArgs(List.of("--no-sandbox", "--disable-gpu")));
    }

    /** Aborts the test where no Chromium is found, and fails it where there has to be one: when CI is set. */
    static Chromium launch() {
        Optional<Path> found = find();
        if (found.isEmpty() && System.getenv("CI") != null) {
            fail("No Chromium on the PATH; looked for " + NAMES);
        }
        return found.map(Chromium::new).orElseGet(() -> abort("No Chromium on the PATH; looked for " + NAMES));
    }

    Browser browser() {
        return browser;
    }

    @Override
    public void close() {
        playwright.close();
    }

    private static Optional<Path> find() {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
