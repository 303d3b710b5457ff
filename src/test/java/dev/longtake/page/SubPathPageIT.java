package dev.longtake.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import dev.longtake.studio.PathProxy;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The whole page below a path of another site: not one request leaves the path. */
class SubPathPageIT {

    private static final String SEA = "a whale swims in the sea at sunset";
    private static final int FRAMES = 24;
    private static final PathProxy SITE = new PathProxy("/films/studio");

    @TempDir
    private static Path folder;

    @RegisterExtension
    private static final OpenStudio STUDIO = OpenStudio.behind(SITE, "--threads", "1");

    @Test
    void everythingWorksAndStaysBelowThePath() throws Exception {
        Visitor maker = STUDIO.visitor();
        Page page = maker.page();
        maker.roll(SEA, FRAMES);
        assertThat(page.url()).startsWith(STUDIO.url() + "/films/");
        maker.waitForDifferentPictures(3);
        maker.waitForState("finished");
        page.click("#downloads");
        assertThat(TakenHome.click(page, "#download", folder).frames()).isEqualTo(FRAMES);
        page.keyboard().press("Escape");
        page.reload();
        maker.waitForDifferentPictures(2);

        page.click("#undo");
        page.waitForSelector("#takes li:nth-child(2)");
        page.click("#takes li:nth-child(1) a");
        page.waitForSelector("#takes li:nth-child(1) [aria-current]");
        page.click("#share");
        String link = maker.shareLink();
        assertThat(link).startsWith(STUDIO.url() + "/v/");
        page.click("#home");
        page.waitForCondition(() -> page.url().equals(STUDIO.url() + "/"));
        page.waitForSelector("#films li:nth-child(2)");
        page.waitForCondition(() -> (Boolean) page.evaluate("document.querySelector('#films img').naturalWidth > 0"));
        page.click("#films a");
        maker.waitForDifferentPictures(2);
        page.goBack();
        page.waitForSelector("#prompt:visible");

        Visitor friend = STUDIO.visitor();
        for (String way : new String[] {link, link + "/embed"}) {
            friend.visit(way);
            friend.waitForDifferentPictures(2);
        }
        friend.visit(link);
        friend.page().click(".wordmark");
        friend.page().waitForSelector("#prompt:visible");
        friend.visit("/nothing/here");
        friend.page().waitForSelector("h1");
        friend.page().click("a.lamp");
        friend.page().waitForSelector("#prompt:visible");
        assertThat(friend.page().url()).isEqualTo(STUDIO.url() + "/");
        friend.visit("/api");
        friend.page().waitForSelector("h1");

        assertThat(SITE.strays()).isEmpty();
        assertThat(maker.complaints()).isEmpty();
        assertThat(friend.complaints()).allMatch(words -> words.contains("404"));
    }
}
