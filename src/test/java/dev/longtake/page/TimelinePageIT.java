package dev.longtake.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.WebSocketRoute;
import com.microsoft.playwright.options.BoundingBox;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The strip of film with its sentences: watched, planned, rewound, taken again. */
class TimelinePageIT {

    private static final String SEA = "a whale swims in the sea at sunset";
    private static final int FPS = 8;
    /** Four chunks: 16 frames and three times 8. */
    private static final int FRAMES = 40;
    private static final int LONG = 100_000;
    /** Mean difference of pixels that nobody overlooks. */
    private static final double PLAIN_TO_SEE = 8;
    private static final String STILL_IS_A_PICTURE = """
            cell => new Promise((done, fail) => {
              const image = new Image();
              image.onload = () => {
                const canvas = document.createElement('canvas');
                canvas.width = canvas.height = 16;
                const pen = canvas.getContext('2d');
                pen.drawImage(image, 0, 0, 16, 16);
                done(new Set(pen.getImageData(0, 0, 16, 16).data).size);
              };
              image.onerror = () => fail(new Error('no picture'));
              image.src = getComputedStyle(cell).backgroundImage.slice(5, -2);
            })""";

    @RegisterExtension
    private static final OpenStudio STUDIO = new OpenStudio();

    private Visitor maker;

    @BeforeEach
    void enter() {
        maker = STUDIO.visitor();
    }

    @Test
    void theStripGrowsAndLeadsThroughTheFilm() {
        maker.roll(SEA, FRAMES);
        Page page = maker.page();
        maker.waitForCells("planned", 1);
        maker.waitForCells("making", 1);
        maker.waitForCells("made", 2);
        maker.waitForState("finished");
        maker.waitForCells("made", 4);
        assertThat(page.locator(".cell:not([data-state=made])").count()).isZero();
        for (Locator cell : page.locator(".cell").all()) {
            assertThat((Integer) cell.evaluate(STILL_IS_A_PICTURE)).as("colours of a still").isGreaterThan(10);
        }

        BoundingBox third = page.locator(".cell").nth(2).boundingBox();
        page.click("#video");
        page.mouse().click(third.x + third.width / 2, third.y + third.height / 2);
        page.waitForSelector(".cell:nth-child(3)[data-playing]");
        assertThat((Double) page.evaluate("document.querySelector('#video').currentTime * " + FPS)).isBetween(24.0, 32.0);
        page.focus("#strip");
        page.keyboard().press("Home");
        page.waitForSelector(".cell:nth-child(1)[data-playing]");
        page.keyboard().press("PageUp");
        page.waitForSelector(".cell:nth-child(2)[data-playing]");
        assertThat(page.getAttribute("#strip", "aria-valuetext")).startsWith("0:02 of 0:05").contains(SEA);
        assertThat(maker.complaints()).isEmpty();
    }

    @Test
    void aTakeFromTheMiddleDiffersAndTheOldOneStays() throws Exception {
        maker.roll(SEA, FRAMES);
        maker.waitForState("finished");
        Page page = maker.page();
        String first = page.url();
        List<Integer> before = maker.pictureAt(1.1);
        List<Integer> old = maker.pictureAt(4.9);
        maker.pictureAt(3.05);
        page.click("#where label:has(#here)");
        page.waitForSelector("#here:has-text('0:03')");
        assertThat(page.isVisible(".cut")).isTrue();
        page.fill("#next", "a penguin jumps in the snow by day");
        page.selectOption("#more", "1");
        page.click("#continue");
        page.waitForURL(url -> !url.equals(first));
        maker.waitForState("finished");
        maker.waitForCells("made", 3);

        JsonNode take = maker.film();
        assertThat(take.path("forkedAt").asInt()).isEqualTo(24);
        assertThat(take.path("framesDone").asInt()).isEqualTo(32);
        assertThat(maker.lines()).containsExactly(SEA, "a penguin jumps in the snow by day");
        assertThat(Visitor.distance(before, maker.pictureAt(1.1))).as("what stays").isLessThan(1);
        assertThat(Visitor.distance(old, maker.pictureAt(3.9))).as("what was taken again").isGreaterThan(PLAIN_TO_SEE);

        page.waitForSelector("#takes li:nth-child(2) [aria-current]");
        page.click("#takes li:nth-child(1) a");
        page.waitForURL(first);
        maker.waitForCells("made", 4);
        maker.waitForPosition(3.5); // where the other take was left
        assertThat(maker.lines()).containsExactly(SEA);
        assertThat(Visitor.distance(old, maker.pictureAt(4.9))).as("the old take").isLessThan(1);
        assertThat(maker.complaints()).isEmpty();
    }

    @Test
    void theLastChunkIsTakenBackAndBroughtBackInOneClickEach() throws Exception {
        maker.roll(SEA, FRAMES);
        maker.waitForState("finished");
        Page page = maker.page();
        String first = page.url();
        page.click("#undo");
        page.waitForURL(url -> !url.equals(first));
        maker.waitForState("finished");
        maker.waitForCells("made", 3);
        assertThat(page.locator(".cell").count()).isEqualTo(3);
        assertThat(maker.film().path("framesDone").asInt()).isEqualTo(FRAMES - FPS);

        page.click("#note button");
        page.waitForURL(first);
        maker.waitForCells("made", 4);
        assertThat(maker.complaints()).isEmpty();
    }

    @Test
    void aSentenceIsAddedWhereNothingIsMadeYet() throws Exception {
        maker.roll(SEA, 400);
        Page page = maker.page();
        maker.waitForCells("made", 1);
        page.click(".segment .add");
        page.fill("#scene-words", "now it snows");
        String before = page.textContent("#scene-editor .moment");
        page.click("#scene-editor .later");
        assertThat(page.textContent("#scene-editor .moment")).isNotEqualTo(before);
        page.selectOption("#scene-editor select", "4");
        page.keyboard().press("Tab");
        page.click("#scene-editor .lamp");
        page.waitForSelector(".segment[data-planned] .words:has-text('now it snows')");
        JsonNode line = maker.film().path("timeline").path(1);
        assertThat(line.path("prompt").asText()).isEqualTo("now it snows");
        assertThat(line.path("transition").asInt()).isEqualTo(4);
        int frame = line.path("frame").asInt();

        page.focus(".segment .border");
        page.keyboard().press("ArrowLeft");
        page.waitForSelector(".border[aria-valuenow='" + (frame - FPS) + "']");
        BoundingBox border = page.locator(".border").boundingBox();
        double chunk = page.locator(".cell").last().boundingBox().width;
        page.mouse().move(border.x + border.width / 2, border.y + border.height / 2);
        page.mouse().down();
        page.mouse().move(border.x + border.width / 2 + 2 * chunk, border.y + border.height / 2);
        page.mouse().up();
        page.waitForSelector(".border[aria-valuenow='" + (frame + FPS) + "']");
        page.waitForCondition(() -> planned("now it snows") == frame + FPS);

        page.click(".segment[data-planned] .words");
        page.fill("#scene-words", "now it rains");
        page.keyboard().press("Enter");
        page.waitForSelector(".segment[data-planned] .words:has-text('now it rains')");
        assertThat(planned("now it rains")).isEqualTo(frame + FPS);
        page.click(".segment[data-planned] .words");
        page.click("#scene-editor .remove");
        page.waitForSelector("#timeline .segments:not(:has([data-planned]))");
        assertThat(maker.film().path("timeline").size()).isEqualTo(1);
        page.click("#stop");
        maker.waitForState("stopped");
        assertThat(maker.complaints()).isEmpty();
    }

    @Test
    void aFilmIsSteeredPausedAndResumed() throws Exception {
        maker.roll(SEA, LONG);
        Page page = maker.page();
        maker.waitForDifferentPictures(2);
        page.fill("#next", "now it is night");
        assertThat(page.textContent("#then-hint")).matches("Acts from \\d+:\\d\\d\\.");
        page.selectOption("#over", "2");
        page.click("#continue");
        page.waitForSelector("#lines li:nth-child(2)");
        JsonNode line = maker.film().path("timeline").path(1);
        assertThat(line.path("transition").asInt()).isEqualTo(2);
        int seconds = line.path("frame").asInt() / FPS;
        assertThat(page.textContent("#note")).contains("begins at 0:%02d".formatted(seconds));

        page.click("#pause");
        maker.waitForState("paused");
        page.click("#resume");
        int done = maker.film().path("framesDone").asInt();
        page.waitForCondition(() -> done() > done);
        page.click("#stop");
        maker.waitForState("stopped");
        assertThat(maker.complaints()).isEmpty();
    }

    /** A studio that has other plans than the page could guess tells them over the socket, and the page believes it. */
    @Test
    void fromWhichSecondNewWordsActIsForTheStudioToSay() {
        Page page = maker.page();
        page.routeWebSocket(url -> url.contains("/live"), socket -> {
            WebSocketRoute studio = socket.connectToServer();
            studio.onMessage(frame -> {
                if (frame.text() == null) {
                    socket.send(frame.binary());
                } else {
                    socket.send(frame.text().replaceAll("\"firstOpenFrame\":\\d+", "\"firstOpenFrame\":8000"));
                }
            });
        });
        maker.roll(SEA, LONG);
        page.fill("#next", "now it is night");
        page.waitForSelector("#then-hint:has-text('Acts from 16:40.')");
        page.click("#stop");
        maker.waitForState("stopped");
        assertThat(maker.complaints()).isEmpty();
    }

    private int done() {
        try {
            return maker.film().path("framesDone").asInt();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** The frame from which a sentence acts; -1 if the film has no such sentence. */
    private int planned(String prompt) {
        try {
            for (JsonNode line : maker.film().path("timeline")) {
                if (line.path("prompt").asText().equals(prompt)) {
                    return line.path("frame").asInt();
                }
            }
            return -1;
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
