package dev.longtake.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.BoundingBox;
import dev.longtake.memory.Cable;
import dev.longtake.studio.PaintedFilms;
import dev.longtake.studio.PaintedStudio;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A film turns sharper while it is watched: painted films, where it can be told at a glance and step by step. */
class EnhancePageIT {

    private static final String BAR = "a bar that moves";
    private static final int EVERYTHING = 1000;
    private static final int BETWEEN = (PaintedFilms.DARK + PaintedFilms.BRIGHT) / 2;

    /** Keeps, from now on, what is on the screen and whether playing was ever held up. */
    private static final String OBSERVE = """
            () => {
              const video = document.querySelector('#video');
              const canvas = document.createElement('canvas');
              canvas.width = canvas.height = 16;
              const pen = canvas.getContext('2d', {willReadFrequently: true});
              const seen = (window.seen = {waits: 0, seeks: 0, sizes: [], darkest: 255, back: 0, greys: {}, frames: 0, at: 0});
              video.addEventListener('waiting', () => video.seeking || seen.waits++);
              video.addEventListener('seeking', () => seen.seeks++);
              const look = (now, {mediaTime}) => {
                pen.drawImage(video, 0, 0, 16, 16);
                const grey = pen.getImageData(8, 8, 1, 1).data[0];
                const {videoWidth} = video;
                if (!seen.sizes.includes(videoWidth)) seen.sizes.push(videoWidth);
                seen.darkest = Math.min(seen.darkest, grey);
                if (mediaTime < seen.at) seen.back++;
                seen.at = mediaTime;
                seen.frames++;
                seen.greys[Math.round(mediaTime * 8)] = grey;
                video.requestVideoFrameCallback(look);
              };
              video.requestVideoFrameCallback(look);
            }""";
    /** How bright the picture is that is on, 0 to 255. */
    private static final String GREY = """
            () => {
              const canvas = document.createElement('canvas');
              canvas.width = canvas.height = 16;
              const pen = canvas.getContext('2d', {willReadFrequently: true});
              pen.drawImage(document.querySelector('#video'), 0, 0, 16, 16);
              return pen.getImageData(8, 8, 1, 1).data[0];
            }""";

    @TempDir
    private Path folder;

    private static Chromium chromium;
    private PaintedStudio studio;
    private Visitor maker;
    private Page page;

    @BeforeAll
    static void open() {
        chromium = Chromium.launch();
    }

    @AfterAll
    static void close() {
        if (chromium != null) {
            chromium.close();
        }
    }

    @BeforeEach
    void enter() throws Exception {
        studio = new PaintedStudio(folder);
        maker = visitor();
        page = maker.page();
    }

    @AfterEach
    void leave() {
        if (studio != null) {
            maker.close();
            studio.films.making.release(EVERYTHING);
            studio.films.refining.release(EVERYTHING);
            studio.close();
        }
    }

    @Test
    void aFilmIsWatchedFromItsFirstPicturesOnAndTurnsSharperBehind() {
        roll(64, true);
        studio.films.making.release();
        maker.waitForDifferentPictures(3);
        assertThat(grey()).as("as it was made").isLessThan(BETWEEN);
        says("Sharpening · begins after 5 s of film");
        assertThat(page.evaluate("document.querySelector('.sharp').getBoundingClientRect().width")).isEqualTo(0);

        studio.films.making.release(3);
        says("Sharpening · 0 of 64 frames");
        studio.films.refining.release();
        says("Sharpening · 16 of 64 frames");
        assertThat(share()).isBetween(0.24, 0.26);
        studio.films.making.release(EVERYTHING);
        maker.waitForState("finished");
        studio.films.refining.release(EVERYTHING);
        says("Sharpened");
        assertThat(share()).isEqualTo(1);
        page.click("#facts-button");
        page.waitForSelector("#fact-list:has-text('256 × 256, 64 of 64 frames')");
        page.evaluate(OBSERVE);
        page.waitForCondition(() -> Boolean.TRUE.equals(page.evaluate(
                "Object.keys(window.seen.greys).length >= 60 && Object.values(window.seen.greys).every(grey => grey > "
                        + BETWEEN + ")")));
        assertThat(maker.complaints()).isEmpty();
    }

    @Test
    void whatIsPlayingIsReplacedWithoutAStallAJumpOrABlackPicture() {
        roll(160, true);
        studio.films.making.release(EVERYTHING);
        maker.waitForState("finished");
        page.click("#loop");
        maker.waitForPosition(0.5);
        BoundingBox screen = page.locator("#video").boundingBox();
        page.evaluate(OBSERVE);
        page.waitForCondition(() -> Boolean.TRUE.equals(page.evaluate("window.seen.frames > 2")));
        studio.films.refining.release(EVERYTHING);
        says("Sharpened");
        page.waitForCondition(() -> Boolean.TRUE.equals(page.evaluate("document.querySelector('#video').ended")));
        assertThat(grey()).as("the last picture").isGreaterThan(BETWEEN);

        Map<?, ?> seen = (Map<?, ?>) page.evaluate("window.seen");
        assertThat(seen.get("waits")).as("times that playing was held up").isEqualTo(0);
        assertThat(seen.get("seeks")).as("jumps").isEqualTo(0);
        assertThat(seen.get("back")).as("pictures that came twice").isEqualTo(0);
        assertThat((Integer) seen.get("darkest")).as("no black picture").isGreaterThan(PaintedFilms.DARK - 15);
        assertThat((Iterable<?>) seen.get("sizes")).as("the switch").isEqualTo(List.of(128, 256));
        BoundingBox after = page.locator("#video").boundingBox();
        assertThat(after.width).isEqualTo(screen.width);
        assertThat(after.height).isEqualTo(screen.height);
        assertThat(page.evaluate("document.querySelector('#video').buffered.length")).as("gaps").isEqualTo(1);

        // What was on the screen just then was replaced behind it.
        page.evaluate("window.seen.greys = {}");
        page.click("#play");
        page.waitForCondition(() -> Boolean.TRUE.equals(page.evaluate("Object.keys(window.seen.greys).length > 10")));
        assertThat(((Map<?, ?>) page.evaluate("window.seen.greys")).values()).allSatisfy(
                grey -> assertThat((Integer) grey).isGreaterThan(BETWEEN));
        assertThat(maker.complaints()).isEmpty();
    }

    @Test
    void aPictureThatStandsStillIsReplacedWhereItStands() {
        roll(24, true);
        studio.films.making.release(EVERYTHING);
        maker.waitForState("finished");
        maker.waitForPosition(0.3);
        page.click("#forth");
        page.waitForCondition(() -> Boolean.TRUE.equals(page.evaluate("document.querySelector('#video').paused")));
        Object time = page.evaluate("document.querySelector('#video').currentTime");
        assertThat(grey()).isLessThan(BETWEEN);
        studio.films.refining.release(EVERYTHING);
        page.waitForCondition(() -> grey() > BETWEEN);
        assertThat(page.evaluate("document.querySelector('#video').currentTime")).isEqualTo(time);
        assertThat(maker.complaints()).isEmpty();
    }

    @Test
    void aFilmOfOnePieceThatLoopsIsReplacedWhenItBeginsAgain() {
        roll(16, true);
        studio.films.making.release(EVERYTHING);
        maker.waitForState("finished");
        maker.waitForDifferentPictures(2);
        studio.films.refining.release(EVERYTHING);
        page.waitForCondition(() -> grey() > BETWEEN);
        assertThat(maker.complaints()).isEmpty();
    }

    @Test
    void itIsTurnedOnLaterAndOffAgain() {
        roll(24, false);
        studio.films.making.release(EVERYTHING);
        studio.films.refining.release(EVERYTHING);
        maker.waitForState("finished");
        assertThat(page.textContent("#sharpening")).isEmpty();
        maker.waitForDifferentPictures(2);
        assertThat(grey()).isLessThan(BETWEEN);
        page.click("#sharpen:has-text('Sharpen this film')");
        says("Sharpened");
        page.waitForCondition(() -> grey() > BETWEEN);
        assertThat(page.request().get(api() + "/video.mp4?rendition=enhanced").status()).isEqualTo(200);

        page.click("#sharpen:has-text('Show as made')");
        page.waitForSelector("#sharpen:has-text('Sharpen this film')");
        page.waitForCondition(() -> grey() < BETWEEN);
        says("");
        assertThat(page.request().get(api() + "/video.mp4?rendition=enhanced").status()).isEqualTo(409);
        assertThat(maker.complaints()).isEmpty();
    }

    @Test
    void whatFailsSaysWhyAndIsTriedAgain() {
        studio.films.trouble.set("the enhancer is out of memory");
        roll(24, true);
        studio.films.making.release(EVERYTHING);
        studio.films.refining.release();
        page.waitForSelector("#sharpen-problem:has-text('could not be sharpened further: the enhancer is out of memory')");
        says("Sharpening stopped · 0 of 24 frames");
        assertThat(Axe.violations(page)).isEmpty();
        maker.waitForState("finished");
        maker.waitForDifferentPictures(2);
        assertThat(grey()).isLessThan(BETWEEN);

        studio.films.trouble.set(null);
        studio.films.refining.release(EVERYTHING);
        page.click("#sharpen:has-text('Try again')");
        says("Sharpened");
        assertThat(page.isVisible("#sharpen-problem")).isFalse();
        page.waitForCondition(() -> grey() > BETWEEN);
        assertThat(maker.complaints()).isEmpty();
    }

    @Test
    void whatIsSharpenedWhileTheConnectionIsLostComesAfterwards() {
        try (Cable cable = new Cable(studio.url());
                Visitor far = new Visitor(chromium.browser(), cable.url(), new Browser.NewContextOptions())) {
            roll(far, 48, true);
            studio.films.making.release(EVERYTHING);
            far.waitForState("finished");
            far.waitForDifferentPictures(2);
            cable.cut();
            far.waitForState("away");
            studio.films.refining.release(EVERYTHING);
            String film = studio.url() + "/api" + far.page().url().substring(cable.url().length());
            page.context().addCookies(far.page().context().cookies());
            page.waitForCondition(() -> page.request().get(film).text().contains("\"state\":\"done\""));
            cable.mend();
            far.waitForState("finished");
            far.page().waitForCondition(() -> far.page().textContent("#sharpening").equals("Sharpened"));
            far.page().evaluate(OBSERVE);
            far.page().waitForCondition(() -> Boolean.TRUE.equals(far.page().evaluate("Object.values(window.seen.greys)"
                    + ".length >= 40 && Object.values(window.seen.greys).every(grey => grey > " + BETWEEN + ")")));
        }
    }

    @Test
    void aRefinedFilmIsMadeAgainFromItsRecipeAndTakenHome() throws Exception {
        roll(24, true);
        studio.films.making.release(EVERYTHING);
        maker.waitForState("finished");
        page.click("#downloads");
        assertThat(page.textContent("#download")).contains("as made until all of it is sharpened");
        page.keyboard().press("Escape");
        studio.films.refining.release(EVERYTHING);
        says("Sharpened");
        String first = page.url();
        page.click("#downloads");
        assertThat(page.textContent("#download")).contains("MP4, sharpened");
        assertThat(TakenHome.click(page, "#download", folder).frames()).isEqualTo(24);
        TakenHome recipe = TakenHome.click(page, "#recipe", folder);
        assertThat(recipe.json().path("enhance").asBoolean()).isTrue();
        page.keyboard().press("Escape");
        maker.visit("/");
        page.setInputFiles("#recipe-file", recipe.file());
        page.waitForURL(url -> url.contains("/films/") && !url.equals(first));
        says("Sharpened");
        assertThat(maker.complaints()).isEmpty();
    }

    @Test
    void theSwitchIsOnUntilSomebodyTurnsItOff() {
        maker.visit("/");
        page.click("#advanced summary");
        assertThat(page.isChecked("#enhance")).isTrue();
        assertThat(page.textContent("#enhance-hint")).contains("256 × 256").contains("5 s of film behind");
        assertThat(Axe.violations(page)).isEmpty();
        page.focus("#enhance");
        page.keyboard().press("Space");
        assertThat(page.isChecked("#enhance")).as("by key").isFalse();
        page.keyboard().press("Space");
        page.uncheck("#enhance");
        page.reload();
        page.click("#advanced summary");
        assertThat(page.isChecked("#enhance")).as("remembered").isFalse();
    }

    @Test
    void aFriendSeesItTurnSharperToo() {
        roll(24, true);
        studio.films.making.release(EVERYTHING);
        maker.waitForState("finished");
        page.click("#share");
        Visitor friend = visitor();
        friend.visit(maker.shareLink());
        friend.waitForDifferentPictures(2);
        studio.films.refining.release(EVERYTHING);
        friend.page().waitForCondition(() -> (Integer) friend.page().evaluate(GREY) > BETWEEN);
        assertThat(friend.complaints()).isEmpty();
        friend.close();
    }

    private Visitor visitor() {
        return new Visitor(chromium.browser(), studio.url(), new Browser.NewContextOptions());
    }

    private void roll(int frames, boolean enhance) {
        roll(maker, frames, enhance);
    }

    private static void roll(Visitor visitor, int frames, boolean enhance) {
        Page desk = visitor.page();
        visitor.visit("/");
        desk.fill("#prompt", BAR);
        desk.click("#advanced summary");
        desk.fill("#frames", String.valueOf(frames));
        desk.setChecked("#enhance", enhance);
        desk.click("#roll");
        desk.waitForURL("**/films/*");
    }

    private void says(String words) {
        page.waitForCondition(() -> page.textContent("#sharpening").replaceAll(" · (almost done|[^·]* left)$", "").equals(words));
    }

    /** Of the timeline that is marked as sharp. */
    private double share() {
        return ((Number) page.evaluate("""
                () => document.querySelector('.sharp').offsetWidth / document.querySelector('.reel').offsetWidth"""))
                .doubleValue();
    }

    private int grey() {
        return (Integer) page.evaluate(GREY);
    }

    /** Where the API has the film on the page. */
    private String api() {
        return studio.url() + "/api" + page.url().substring(studio.url().length());
    }
}
