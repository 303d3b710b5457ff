package dev.longtake.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.BoundingBox;
import dev.longtake.memory.Cable;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** How a film is looked at, while it is being made and afterwards, also while the studio is out of reach. */
class PlayerPageIT {

    private static final String SEA = "a whale swims in the sea at sunset";
    private static final double FPS = 8;
    private static final int LONG = 100_000;
    private static final String COLOURS = """
            canvas => new Set(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data).size""";
    /** Keeps what the page says beside the state, every word of it. */
    private static final String LISTEN = """
            () => {
              const figures = document.querySelector('#figures');
              window.said = [];
              new MutationObserver(() => window.said.push(figures.textContent))
                .observe(figures, {childList: true, characterData: true, subtree: true});
            }""";
    /** So many different pictures out of the bath. */
    private static final String DEVELOPING = """
            count => new Promise(done => {
              const canvas = document.querySelector('.screen .develop');
              const seen = new Set();
              const look = () => {
                if (canvas.width > 0 && canvas.closest('[data-developing]')) seen.add(canvas.toDataURL());
                if (seen.size >= count) done(seen.size); else setTimeout(look, 20);
              };
              look();
            })""";
    private static final String BEGINS_AGAIN = """
            () => new Promise(done => {
              const video = document.querySelector('#video');
              let last = 0;
              const look = () => {
                if (video.currentTime < last) return done(true);
                last = video.currentTime;
                setTimeout(look, 20);
              };
              look();
            })""";
    /** Gaps in what is buffered would be pictures that were lost. */
    private static final String PIECES = "document.querySelector('#video').buffered.length";

    @TempDir
    private static Path folder;

    @RegisterExtension
    private static final OpenStudio STUDIO = new OpenStudio("--threads", "1");

    private Visitor maker;

    @BeforeEach
    void enter() {
        maker = STUDIO.visitor();
    }

    @Test
    void thePictureBeingMadeIsSeenAndHowLongItTakes() {
        Page page = maker.page();
        maker.visit("/");
        page.evaluate(LISTEN);
        page.fill("#prompt", SEA);
        maker.fineTune(56);
        page.fill("#steps", "12");
        page.click("#roll");
        page.waitForSelector(".cell[data-state=making] canvas");
        assertThat((Integer) page.evalOnSelector(".cell[data-state=making] canvas", COLOURS)).isGreaterThan(10);
        assertThat((Integer) page.evaluate(DEVELOPING, 3)).as("it takes shape before one's eyes").isEqualTo(3);
        maker.waitForState("finished");

        @SuppressWarnings("unchecked")
        List<String> said = (List<String>) page.evaluate("window.said");
        assertThat(said).anyMatch(words -> words.matches(".* · \\d+\\.\\d frames a second · .*"));
        List<Integer> left = said.stream().filter(words -> words.matches(".* · \\d+ s left"))
                .map(words -> Integer.valueOf(words.replaceAll(".* · (\\d+) s left", "$1"))).distinct().toList();
        assertThat(left).as("seconds left, as they were said").hasSizeGreaterThan(1);
        assertThat(left.get(left.size() - 1)).isLessThan(left.get(0));
        assertThat(said.get(said.size() - 1)).as("when all is done").isEqualTo("0:07");
        assertThat(maker.complaints()).isEmpty();
    }

    @Test
    void aFilmLoopsRunsFasterStepsAndGoesFromEdgeToEdge() {
        maker.roll(SEA, 24);
        maker.waitForState("finished");
        Page page = maker.page();
        maker.waitForDifferentPictures(2);
        assertThat((Boolean) page.evaluate(BEGINS_AGAIN)).isTrue();
        page.click("#loop");
        page.waitForCondition(() -> is("video.ended"));
        page.click("#loop");
        page.click("#play");
        for (String rate : new String[] {"1.5", "2", "0.25"}) {
            page.click("#speed");
            assertThat(is("video.playbackRate === " + rate)).isTrue();
        }
        page.click("#forth");
        page.waitForCondition(() -> is("video.paused"));
        double before = time();
        page.click("#forth");
        page.waitForCondition(() -> Math.abs(time() - before - 1 / FPS) < 0.01);
        page.click("#back");
        page.waitForCondition(() -> Math.abs(time() - before) < 0.01);

        BoundingBox beside = page.locator("#screen").boundingBox();
        page.click("#wide");
        BoundingBox edges = page.locator("#screen").boundingBox();
        assertThat(edges.width).isEqualTo(page.viewportSize().width).isGreaterThan(beside.width);
        page.reload();
        page.waitForSelector("#screen[data-lit]");
        assertThat(page.locator("#screen").boundingBox().width).as("remembered").isEqualTo(edges.width);
        assertThat(is("video.playbackRate === 0.25")).as("remembered").isTrue();
        assertThat(maker.complaints()).isEmpty();
    }

    @Test
    void whoWaitsForAnotherIsToldHowManyAreBefore() {
        Visitor next = STUDIO.visitor();
        Visitor last = STUDIO.visitor();
        ask(maker, LONG, 100);
        ask(next, 16, 2);
        ask(last, 16, 2);
        maker.page().click("#roll");
        maker.waitForState("running");
        next.page().click("#roll");
        next.page().waitForSelector("#state-words:has-text('Up next')");
        last.page().click("#roll");
        last.page().waitForSelector("#state-words:has-text('Waiting, 1 film before this')");
        maker.page().click("#stop");
        maker.waitForState("stopped");
        next.waitForState("finished");
        last.waitForState("finished");
        last.waitForDifferentPictures(2);
    }

    private static void ask(Visitor visitor, int frames, int steps) {
        visitor.visit("/");
        visitor.page().fill("#prompt", SEA);
        visitor.fineTune(frames);
        visitor.page().fill("#steps", String.valueOf(steps));
    }

    @Test
    void whenTheConnectionDropsThePageSaysSoAndCatchesUp() {
        try (Cable cable = new Cable(STUDIO.url()); Visitor far = STUDIO.visitor(cable.url())) {
            far.roll(SEA, LONG);
            far.waitForDifferentPictures(2);
            cable.cut();
            saysThatItIsAway(far);
            int seen = far.page().locator(".cell[data-state=made]").count();
            // The film does not wait for those who watch.
            String film = STUDIO.url() + "/api" + far.page().url().substring(cable.url().length());
            Visitor near = STUDIO.visitor();
            near.page().context().addCookies(far.page().context().cookies());
            near.page().waitForCondition(() ->
                    near.page().request().get(film).text().matches("(?s).*\"chunksDone\":" + (seen + 2) + "\\b.*"));
            cable.mend();
            far.waitForState("running");
            far.waitForCells("made", seen + 2);
            far.waitForPosition((16 + (seen + 1) * 8 - 4) / FPS);
            assertThat(far.page().evaluate(PIECES)).isEqualTo(1);

            far.page().context().setOffline(true);
            saysThatItIsAway(far);
            far.page().context().setOffline(false);
            far.waitForState("running");
            far.page().click("#stop");
            far.waitForState("stopped");
        }
    }

    private static void saysThatItIsAway(Visitor visitor) {
        visitor.waitForState("away");
        assertThat(visitor.page().textContent("#state-words")).isEqualTo("Connection lost, trying again");
    }

    @Test
    void whenTheStudioDiesThePageGoesOnWithTheFilmOnceItIsBack() throws Exception {
        Path data = folder.resolve("data");
        StudioProcess there = StudioProcess.start(data, "--threads", "1");
        int port = there.port();
        try (Visitor visitor = STUDIO.visitor(there.url())) {
            visitor.roll(SEA, LONG);
            visitor.waitForCells("made", 2);
            String film = visitor.page().url();
            visitor.waitForPosition(1);
            List<Integer> before = visitor.pictureAt(1.1);
            int seen = visitor.page().locator(".cell[data-state=made]").count();
            there.kill();
            saysThatItIsAway(visitor);
            there = StudioProcess.start(data, port, "--threads", "1");
            visitor.waitForState("running");
            visitor.waitForCells("made", seen + 2);
            assertThat(visitor.page().url()).isEqualTo(film);
            assertThat(visitor.lines()).containsExactly(SEA);
            visitor.page().click("#play");
            visitor.waitForPosition((16 + seen * 8) / FPS);
            assertThat(visitor.page().evaluate(PIECES)).as("not one picture is missing").isEqualTo(1);
            visitor.page().click("#stop");
            visitor.waitForState("stopped");
            visitor.page().reload();
            visitor.page().waitForSelector("#screen[data-lit]");
            assertThat(Visitor.distance(before, visitor.pictureAt(1.1))).as("the film is the same").isLessThan(1);
        } finally {
            there.close();
        }
    }

    private boolean is(String condition) {
        return (Boolean) maker.page().evaluate("(() => { const video = document.querySelector('#video'); return "
                + condition + "; })()");
    }

    private double time() {
        return ((Number) maker.page().evaluate("document.querySelector('#video').currentTime")).doubleValue();
    }
}
