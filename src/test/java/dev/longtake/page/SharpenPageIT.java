package dev.longtake.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The pack that ships turns a film sharper, in the browser of whoever watches. */
class SharpenPageIT {

    private static final String SEA = "a whale swims in the sea at sunset";

    @RegisterExtension
    private static final OpenStudio STUDIO = new OpenStudio("--threads", "1");

    @Test
    void aFilmOfThePackThatShipsTurnsSharperAndBack() {
        Visitor maker = STUDIO.visitor();
        Page page = maker.page();
        maker.visit("/");
        page.fill("#prompt", SEA);
        maker.fineTune(48);
        page.check("#enhance");
        page.click("#roll");
        page.waitForURL("**/films/*");
        maker.waitForDifferentPictures(2);
        page.waitForSelector("#sharpening:has-text('Sharpened')");
        List<Integer> sharp = maker.pictureAt(1.1);

        page.click("#sharpen:has-text('Show as made')");
        page.waitForSelector("#sharpen:has-text('Sharpen this film')");
        page.waitForCondition(() -> Visitor.distance(sharp, maker.pictureAt(1.1)) > 0.2);
        assertThat(Visitor.distance(sharp, maker.pictureAt(1.1))).as("it is the same film").isLessThan(25);

        page.click("#sharpen");
        page.waitForSelector("#sharpening:has-text('Sharpened')");
        page.waitForCondition(() -> Visitor.distance(sharp, maker.pictureAt(1.1)) < 0.05);
        assertThat(maker.complaints()).isEmpty();
    }
}
