package dev.longtake.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.BoundingBox;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The studio on a telephone: nothing but fingers. */
class TouchPageIT {

    private static final String SEA = "a whale swims in the sea at sunset";
    private static final int STEP = 8;
    private static final String LEFT = "document.querySelector('#timeline .scroller').scrollLeft";

    private static final String LISTEN = """
            selector => {
              window.heard = false;
              const hear = () => { window.heard = true; };
              document.querySelector(selector).addEventListener('click', hear, {once: true, capture: true});
            }""";

    @RegisterExtension
    private static final OpenStudio STUDIO = new OpenStudio("--threads", "1");

    private Visitor maker;
    private CDPSession fingers;

    @BeforeEach
    void enter() {
        maker = STUDIO.visitor(STUDIO.url(), new Browser.NewContextOptions()
                .setHasTouch(true).setIsMobile(true).setViewportSize(390, 844));
        fingers = maker.page().context().newCDPSession(maker.page());
    }

    @Test
    void aTapGoesThereAndASwipeMovesTheStrip() {
        Page page = maker.page();
        maker.roll(SEA, 96);
        maker.waitForState("finished");
        page.tap("#video");
        page.waitForSelector("#screen[data-paused]");
        page.evaluate("document.querySelector('#timeline .scroller').scrollLeft = 0");
        page.locator("#strip").scrollIntoViewIfNeeded();

        BoundingBox second = page.locator(".cell").nth(1).boundingBox();
        page.touchscreen().tap(second.x + second.width / 2, second.y + second.height / 2);
        page.waitForSelector(".cell:nth-child(2)[data-playing]");
        assertThat(time()).isBetween(2.0, 3.0);
        page.waitForSelector("#screen[data-paused]");

        double before = time();
        swipe(300, 60, second.y + second.height / 2);
        page.waitForCondition(() -> ((Number) page.evaluate(LEFT)).doubleValue() > 100);
        assertThat(time()).as("who looks elsewhere does not go there").isEqualTo(before);
        assertThat(maker.complaints()).isEmpty();
    }

    @Test
    void bordersOfWhatIsPlannedAreDraggedByFinger() throws Exception {
        Page page = maker.page();
        maker.visit("/");
        page.fill("#prompt", SEA);
        maker.fineTune(800);
        page.tap("#plan-more");
        page.fill("#plan li textarea", "now it is night");
        int planned = begin("#plan-bar");
        drag("#plan-bar .border", 60);
        assertThat(begin("#plan-bar")).isGreaterThan(planned);
        tap("#roll");
        page.waitForURL("**/films/*");
        maker.waitForCells("making", 1);

        int there = begin("#timeline");
        assertThat(there).isEqualTo(frameOfNight());
        double chunk = page.locator(".cell").last().boundingBox().width;
        drag("#timeline .border", 2 * chunk);
        page.waitForCondition(() -> frameOfNight() == there + 2 * STEP);
        assertThat(begin("#timeline")).isEqualTo(there + 2 * STEP);
        tap("#stop");
        maker.waitForState("stopped");
        assertThat(maker.complaints()).isEmpty();
    }

    /** Taps until it is heard: a tap right after a swipe only ends the swipe, for the browser. */
    private void tap(String selector) {
        Page page = maker.page();
        page.evaluate(LISTEN, selector);
        page.waitForCondition(() -> {
            if (!heard()) {
                page.tap(selector);
            }
            return heard();
        });
    }

    private boolean heard() {
        return (Boolean) maker.page().evaluate("window.heard");
    }

    private int begin(String timeline) {
        return Integer.parseInt(maker.page().getAttribute(timeline + " .border", "aria-valuenow"));
    }

    private int frameOfNight() {
        try {
            JsonNode timeline = maker.film().path("timeline");
            return timeline.path(1).path("frame").asInt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private double time() {
        return ((Number) maker.page().evaluate("document.querySelector('#video').currentTime")).doubleValue();
    }

    private void drag(String selector, double by) {
        maker.page().locator(selector).scrollIntoViewIfNeeded();
        BoundingBox box = maker.page().locator(selector).boundingBox();
        double x = box.x + box.width / 2;
        swipe(x, x + by, box.y + box.height / 2);
    }

    /** As a finger does it: the browser decides what becomes of it. */
    private void swipe(double from, double to, double y) {
        touch("touchStart", from, y);
        for (int i = 1; i <= 8; i++) {
            touch("touchMove", from + (to - from) * i / 8, y);
        }
        touch("touchEnd", to, y);
    }

    private void touch(String type, double x, double y) {
        JsonArray points = new JsonArray();
        if (!type.equals("touchEnd")) {
            JsonObject point = new JsonObject();
            point.addProperty("x", x);
            point.addProperty("y", y);
            points.add(point);
        }
        JsonObject event = new JsonObject();
        event.addProperty("type", type);
        event.add("touchPoints", points);
        fingers.send("Input.dispatchTouchEvent", event);
    }
}
