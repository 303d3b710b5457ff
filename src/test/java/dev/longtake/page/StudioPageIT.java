package dev.longtake.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Page;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What a person does in the studio, done by a real browser. */
class StudioPageIT {

    private static final String CITY = "a red car drives through a snowy city at night";

    /** Long enough to act on while it is being made, however fast the machine is. */
    private static final int FRAMES = 120;
    private static final int MORE_FRAMES = 40;
    /** So long that only a stop ends it. */
    private static final int ENDLESS = 100_000;

    @TempDir
    private static Path folder;

    @RegisterExtension
    private static final OpenStudio STUDIO = new OpenStudio();

    private Visitor maker;

    @BeforeEach
    void enter() {
        maker = STUDIO.visitor();
    }

    @Test
    void aSentenceBecomesAFilmThatIsSwitchedExtendedSharedAndDownloaded() throws Exception {
        maker.roll(CITY, FRAMES);
        maker.waitForDifferentPictures(3);
        JsonNode playing = maker.film();
        assertThat(playing.path("framesDone").asInt()).as("it plays while it is being made").isBetween(1, FRAMES - 1);

        Page page = maker.page();
        page.fill("#next", "now the sun rises");
        page.click("#continue");
        page.waitForSelector("#lines li:nth-child(2)");
        assertThat(maker.lines()).containsExactly(CITY, "now the sun rises");
        assertThat(maker.film().path("timeline").path(1).path("frame").asInt())
                .as("the new sentence acts from a chunk that has not been made")
                .isGreaterThanOrEqualTo(playing.path("framesDone").asInt());

        maker.waitForState("finished");
        assertThat(maker.film().path("framesDone").asInt()).isEqualTo(FRAMES);

        page.fill("#next", "it starts to snow");
        page.selectOption("#more", "5");
        page.click("#continue");
        page.waitForSelector("#lines li:nth-child(3)");
        maker.waitForPosition((FRAMES + 2) / 8.0);
        maker.waitForState("finished");
        assertThat(maker.film().path("framesDone").asInt()).isEqualTo(FRAMES + MORE_FRAMES);
        assertThat(maker.lines()).containsExactly(CITY, "now the sun rises", "it starts to snow");

        page.click("#share");
        watchShared(maker.shareLink());

        assertThat(download().frames()).isEqualTo(FRAMES + MORE_FRAMES);
        assertThat(maker.complaints()).isEmpty();
    }

    @Test
    void aFriendWatchesWhileTheFilmIsBeingMade() throws Exception {
        maker.roll("a whale swims in the sea", ENDLESS);
        maker.waitForDifferentPictures(2);
        maker.page().click("#share");
        String link = maker.shareLink();
        try (Visitor friend = STUDIO.visitor()) {
            friend.visit(link);
            friend.waitForDifferentPictures(3);
            friend.waitForState("running");
            maker.page().click("#stop");
            friend.waitForState("stopped");
            assertThat(friend.complaints()).isEmpty();
        }
        int kept = maker.film().path("framesDone").asInt();
        assertThat(kept).as("a stop keeps what exists").isBetween(1, ENDLESS - 1);
        assertThat(download().frames()).isEqualTo(kept);
    }

    @Test
    void aReloadGoesOnWhereTheFilmIs() {
        maker.roll(CITY, ENDLESS);
        maker.waitForDifferentPictures(2);
        maker.page().reload();
        maker.waitForDifferentPictures(3);
        assertThat(maker.lines()).containsExactly(CITY);
        maker.page().click("#stop");
        maker.waitForState("stopped");

        maker.visit("/");
        maker.page().click("#films a");
        maker.waitForDifferentPictures(3);
        maker.page().click("#video");
        maker.page().waitForSelector("#screen[data-paused]");
        assertThat(maker.complaints()).isEmpty();
    }

    @Test
    void whatCannotBeRolledIsSaidInWords() {
        maker.visit("/");
        Page page = maker.page();
        page.click("#roll");
        assertThat(page.textContent("#composer-problem")).startsWith("Write a sentence first");
        page.fill("#prompt", "car ".repeat(200));
        page.press("#prompt", "Enter");
        assertThat(page.textContent("#composer-problem")).contains("500");
        page.fill("#prompt", CITY);
        page.click("#advanced summary");
        page.fill("#frames", "-5");
        page.click("#roll");
        page.waitForSelector("#composer-problem:has-text('-5')");
        assertThat(page.url()).endsWith("/");
    }

    @Test
    void someoneElsesFilmLeadsBackToTheDesk() {
        maker.visit("/films/01ARZ3NDEKTSV4RRFFQ69G5FAV");
        maker.page().waitForSelector("#note:not(:empty)");
        assertThat(maker.page().isVisible("#prompt")).isTrue();
    }

    private void watchShared(String link) {
        try (Visitor friend = STUDIO.visitor()) {
            friend.visit(link);
            friend.waitForDifferentPictures(5);
            assertThat(friend.page().content()).as("nobody allowed that").doesNotContain(CITY);
            assertThat(friend.page().textContent("main")).contains("made by AI");
            assertThat(friend.page().getAttribute("meta[property='og:image']", "content")).startsWith("http");
            assertThat(friend.page().isVisible("#next")).as("a guest can't direct").isFalse();
            assertThat(friend.complaints()).isEmpty();
        }
    }

    private TakenHome download() throws IOException {
        maker.page().click("#downloads");
        TakenHome home = TakenHome.click(maker.page(), "#download", folder);
        assertThat(home.name()).endsWith(".mp4");
        return home;
    }
}
