package dev.longtake.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.ConsoleMessage;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ReducedMotion;
import com.microsoft.playwright.options.WaitForSelectorState;
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
              const look = () => (document.querySelector('#video').currentTime >= seconds ? done() : setTimeout(look, 50));
              look();
            })""";
    private static final String DIFFERENT_PICTURES = """
            count => new Promise(done => {
              const canvas = document.createElement('canvas');
              canvas.width = canvas.height = 32;
              const pen = canvas.getContext('2d', {willReadFrequently: true});
              const seen = new Set();
              const look = () => {
                const video = document.querySelector('#video'); // another one for every film
                if (video.readyState >= 2) {
                  pen.drawImage(video, 0, 0, 32, 32);
                  seen.add(pen.getImageData(0, 0, 32, 32).data.join());
                }
                if (seen.size >= count) done(seen.size); else setTimeout(look, 50);
              };
              look();
            })""";

    /** Seeks, and gives back 32 by 32 pixels of what is then on the screen. */
    private static final String PICTURE_AT = """
            seconds => new Promise(done => {
              const video = document.querySelector('#video');
              video.pause();
              const canvas = document.createElement('canvas');
              canvas.width = canvas.height = 32;
              const pen = canvas.getContext('2d', {willReadFrequently: true});
              const look = (now, {mediaTime}) => {
                if (Math.abs(mediaTime + 1 / 16 - seconds) > 1 / 8) return seek();
                pen.drawImage(video, 0, 0, 32, 32);
                const red = pen.getImageData(0, 0, 32, 32).data.filter((value, at) => at % 4 === 0);
                done([...red]);
              };
              const seek = () => {
                video.requestVideoFrameCallback(look);
                video.currentTime = seconds;
              };
              // A picture that is on already would not be shown anew: hence another one first.
              video.addEventListener('seeked', seek, {once: true});
              video.currentTime = seconds > 1 ? 0 : 1.5;
            })""";

    private final BrowserContext context;
    private final Page page;
    private final String studio;
    private final List<String> complaints = new ArrayList<>();

    /** @param kind of browser; unless it says otherwise, of somebody who wants little motion */
    Visitor(Browser browser, String studio, Browser.NewContextOptions kind) {
        this.studio = studio;
        if (kind.reducedMotion == null) {
            // Drifting hills would only cost the processor that makes the film.
            kind.setReducedMotion(ReducedMotion.REDUCE);
        }
        context = browser.newContext(kind);
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
        fineTune(frames);
        page.click("#roll");
        page.waitForURL("**/films/*");
    }

    /** Wishes for a film of so many frames that is made quickly. */
    void fineTune(int frames) {
        page.click("#advanced summary");
        page.fill("#frames", String.valueOf(frames));
        if (page.isVisible("#modes")) {
            choose("careful");
        }
        page.fill("#steps", "2");
        if (page.isVisible("#enhance")) {
            page.uncheck("#enhance");
        }
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

    /** The red of 32 by 32 pixels of the picture at {@code seconds}, 0 to 255; the film is paused there. */
    List<Integer> pictureAt(double seconds) {
        @SuppressWarnings("unchecked")
        List<Integer> red = (List<Integer>) page.evaluate(PICTURE_AT, seconds);
        return red;
    }

    /** How far two pictures are apart: the mean of what their pixels differ by, 0 to 255. */
    static double distance(List<Integer> one, List<Integer> other) {
        double sum = 0;
        for (int i = 0; i < one.size(); i++) {
            sum += Math.abs(one.get(i) - other.get(i));
        }
        return sum / one.size();
    }

    /** Waits until the strip shows so many chunks in this state: made, making or planned. */
    void waitForCells(String state, int count) {
        String cells = ".cell[data-state=" + state + "]";
        page.locator(cells).nth(count - 1).waitFor(new Locator.WaitForOptions().setState(WaitForSelectorState.ATTACHED));
    }

    /** The sentences of the script. */
    List<String> lines() {
        return page.locator("#lines span").allTextContents();
    }

    /** The newest link of the share panel, once it is there; the panel is closed again. */
    String shareLink() {
        page.waitForSelector("#share-box .link");
        String link = page.inputValue("#share-box .link >> nth=0");
        page.keyboard().press("Escape");
        return link;
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
