package dev.longtake.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.ConsoleMessage;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ReducedMotion;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** One person with a browser of their own: cookies, storage and all. */
final class Visitor implements AutoCloseable {

    /** Films take their time on a busy machine. */
    static final Duration PATIENCE = Duration.ofMinutes(4);

    private static final ObjectMapper JSON = new ObjectMapper();
    // Both are promises, for the page's content policy forbids what Page.waitForFunction does.
    private static final String POSITION = """
            seconds => new Promise(done => {
              const video = document.querySelector('#video');
              const look = () => (video.currentTime >= seconds ? done() : setTimeout(look, 50));
              look();
            })""";
    private static final String DIFFERENT_PICTURES = """
            count => new Promise(done => {
              const video = document.querySelector('#video');
              const canvas = document.createElement('canvas');
              canvas.width = canvas.height = 32;
              const pen = canvas.getContext('2d', {willReadFrequently: true});
              const seen = new Set();
              const look = () => {
                if (video.readyState >= 2) {
                  pen.drawImage(video, 0, 0, 32, 32);
                  seen.add(pen.getImageData(0, 0, 32, 32).data.join());
                }
                if (seen.size >= count) done(seen.size); else setTimeout(look, 50);
              };
              look();
            })""";

    private final BrowserContext context;
    private final Page page;
    private final String studio;
    private final List<String> complaints = new ArrayList<>();

    Visitor(Browser browser, String studio) {
        this.studio = studio;
        // Drifting hills would only cost the processor that makes the film.
        context = browser.newContext(new Browser.NewContextOptions().setReducedMotion(ReducedMotion.REDUCE));
        context.setDefaultTimeout(PATIENCE.toMillis());
        page = context.newPage();
        page.onConsoleMessage(this::hear);
        page.onPageError(complaints::add);
    }

    Page page() {
        return page;
    }

    void visit(String path) {
        page.navigate(path.startsWith("http") ? path : studio + path);
    }

    /** Writes a film on the desk; few steps, since these tests look at the page and not at the pictures. */
    void roll(String prompt, int frames) {
        visit("/");
        page.fill("#prompt", prompt);
        page.click("#advanced summary");
        page.fill("#frames", String.valueOf(frames));
        if (page.isVisible("#modes")) {
            choose("careful");
        }
        page.fill("#steps", "2");
        page.click("#roll");
        page.waitForURL("**/films/*");
    }

    /** Chooses how films are made; the choice is to be seen. */
    void choose(String mode) {
        page.check("#modes input[value=" + mode + "]");
    }

    /** The film that the page shows, as the API tells of it. */
    JsonNode film() throws IOException {
        String id = page.url().substring(page.url().lastIndexOf('/') + 1);
        return JSON.readTree(page.request().get(studio + "/api/films/" + id).text());
    }

    /** Waits until the page says this state. */
    void waitForState(String state) {
        page.waitForSelector("#state[data-state='" + state + "']");
    }

    /** Waits until the video has shown {@code count} pictures that differ. */
    void waitForDifferentPictures(int count) {
        assertThat((Integer) page.evaluate(DIFFERENT_PICTURES, count)).isGreaterThanOrEqualTo(count);
    }

    /** Waits until the video has played past a position. */
    void waitForPosition(double seconds) {
        page.evaluate(POSITION, seconds);
    }

    /** The sentences of the script. */
    List<String> lines() {
        return page.locator("#lines span").allTextContents();
    }

    /** What went wrong in the page's console, such as a broken script or a breach of the content policy. */
    Set<String> complaints() {
        return new TreeSet<>(complaints);
    }

    @Override
    public void close() {
        context.close();
    }

    private void hear(ConsoleMessage message) {
        if (message.type().equals("error")) {
            complaints.add(message.text() + " at " + message.location());
        }
    }
}
