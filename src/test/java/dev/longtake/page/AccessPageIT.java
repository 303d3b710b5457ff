package dev.longtake.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The page for everyone: without sight, without a pointer, on a small screen, by day and by night. */
class AccessPageIT {

    private static final String SEA = "a whale swims in the sea at sunset";
    private static final String OVERFLOW =
            "document.documentElement.scrollWidth - document.documentElement.clientWidth";

    @RegisterExtension
    private static final OpenStudio STUDIO = new OpenStudio();

    private Visitor maker;

    @BeforeEach
    void enter() {
        maker = STUDIO.visitor();
    }

    @Test
    void nothingKeepsPeopleOutInBothThemesAndThreeSizes() {
        Page page = maker.page();
        maker.visit("/");
        page.click("#words-fold summary");
        page.click("#advanced summary");
        page.fill("#prompt", SEA);
        page.click("#plan-more");
        look("the desk");
        maker.roll(SEA, 400);
        maker.waitForCells("made", 2);
        page.click(".segment .add");
        look("a film in the making, with a sentence being planned");
        page.keyboard().press("Escape");
        page.click("#stop");
        maker.waitForState("stopped");
        page.click("#undo");
        page.waitForSelector("#takes li:nth-child(2)");
        page.click("#facts-button");
        page.check("#where input[value=here]");
        page.fill("#next", "now it is night");
        look("a film with two takes");
        page.click("#downloads");
        look("downloads");
        page.keyboard().press("Escape");
        page.click("#share");
        maker.shareLink();
        page.click("#share");
        look("links");
        page.keyboard().press("Escape");
        page.click("#help-button");
        look("help");
        page.keyboard().press("Escape");
        maker.visit("/");
        page.waitForSelector("#films li");
        look("the gallery");
        assertThat(maker.complaints()).isEmpty();
    }

    private void look(String what) {
        Page page = maker.page();
        int[][] sizes = {{1440, 900}, {820, 1180}, {390, 844}};
        for (int[] size : sizes) {
            page.setViewportSize(size[0], size[1]);
            assertThat((Integer) page.evaluate(OVERFLOW)).as(what + " is wider than " + size[0]).isZero();
        }
        for (ColorScheme theme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(theme));
            assertThat(Axe.violations(page)).as(what + ", " + theme).isEmpty();
        }
        page.setViewportSize(1440, 900);
    }

    @Test
    void aFilmIsMadeSteeredAndRewoundByKeysAlone() throws Exception {
        Page page = maker.page();
        maker.visit("/");
        page.waitForSelector("#prompt:focus");
        page.keyboard().type(SEA);
        tabTo("#advanced summary");
        page.keyboard().press("Enter");
        tabTo("#frames");
        page.keyboard().type("120");
        page.keyboard().press("Enter");
        page.waitForURL("**/films/*");
        String first = page.url();

        // Steered while it is being made, by a key from anywhere on the page.
        maker.waitForCells("made", 1);
        page.keyboard().press("n");
        page.keyboard().type("now it snows");
        page.keyboard().press("Enter");
        page.waitForSelector("#lines li:nth-child(2)");
        assertThat(maker.lines()).containsExactly(SEA, "now it snows");
        assertThat(maker.film().path("state").asText()).isNotEqualTo("finished");
        tabTo("#stop");
        page.keyboard().press("Enter");
        maker.waitForState("stopped");

        page.evaluate("document.activeElement.blur()");
        page.keyboard().press("?");
        page.waitForSelector("#help[open]");
        page.keyboard().press("Escape");
        page.waitForSelector("#help:not([open])", new Page.WaitForSelectorOptions().setState(
                com.microsoft.playwright.options.WaitForSelectorState.ATTACHED));
        page.keyboard().press("Space");
        page.waitForSelector("#screen[data-paused]");
        page.keyboard().press("Home");
        page.waitForSelector(".cell:nth-child(1)[data-playing]");
        double start = time();
        page.keyboard().press(".");
        page.keyboard().press(".");
        page.waitForCondition(() -> Math.abs(time() - start - 2.5 / 8) < 0.01);
        page.keyboard().press(",");
        page.waitForCondition(() -> Math.abs(time() - start - 1.5 / 8) < 0.01);
        page.keyboard().press("Home");
        page.keyboard().press("c");
        page.keyboard().type("a penguin in the snow");
        page.keyboard().press("Enter");
        page.waitForURL(url -> !url.equals(first));
        assertThat(maker.lines()).containsExactly("a penguin in the snow");
        page.evaluate("document.activeElement.blur()");
        page.keyboard().press("Escape");
        maker.waitForState("stopped");
        assertThat(maker.complaints()).isEmpty();
    }

    /** Goes on by the Tab key until it is there. */
    private void tabTo(String selector) {
        Page page = maker.page();
        for (int i = 0; i < 100 && !page.locator(selector + ":focus").isVisible(); i++) {
            page.keyboard().press("Tab");
        }
        assertThat(page.locator(selector + ":focus").isVisible()).as(selector + " is reached by Tab").isTrue();
    }

    private double time() {
        return ((Number) maker.page().evaluate("document.querySelector('#video').currentTime")).doubleValue();
    }

    @Test
    void whoWantsLittleMotionGetsNone() {
        String moving = "document.getAnimations().filter(({playState}) => playState === 'running').length";
        Page page = maker.page();
        maker.visit("/");
        page.waitForSelector("#prompt:focus");
        assertThat((Integer) page.evaluate(moving)).isZero();
        page.emulateMedia(new Page.EmulateMediaOptions().setReducedMotion(ReducedMotion.NO_PREFERENCE));
        assertThat((Integer) page.evaluate(moving)).as("to others, the hills drift").isPositive();
        page.emulateMedia(new Page.EmulateMediaOptions().setReducedMotion(ReducedMotion.REDUCE));
        maker.roll(SEA, 400);
        maker.waitForCells("making", 1);
        assertThat((Integer) page.evaluate(moving)).as("nothing but the film").isZero();
        page.click("#stop");
        maker.waitForState("stopped");
    }

    @Test
    void theThemeFollowsTheSystemUntilSomebodyChooses() {
        Page page = maker.page();
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.DARK));
        maker.visit("/");
        String dark = ink();
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.LIGHT));
        String light = ink();
        assertThat(light).isNotEqualTo(dark);
        page.click("#theme");
        assertThat(ink()).isEqualTo(dark);
        page.reload();
        assertThat(ink()).as("the choice stays").isEqualTo(dark);
    }

    private String ink() {
        return (String) maker.page().evaluate("getComputedStyle(document.body).color");
    }

    @Test
    void nothingIsAskedOfOtherHosts() {
        Page page = maker.page();
        List<String> foreign = new java.util.concurrent.CopyOnWriteArrayList<>();
        page.onRequest(request -> {
            String url = request.url();
            if (!url.startsWith(STUDIO.url()) && !url.startsWith("blob:") && !url.startsWith("data:")) {
                foreign.add(url);
            }
        });
        maker.roll(SEA, 16);
        maker.waitForState("finished");
        assertThat(foreign).isEmpty();
    }
}
