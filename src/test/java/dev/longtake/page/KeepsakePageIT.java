package dev.longtake.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.JSHandle;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.RequestOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What leaves the studio: links with their terms, and files. */
class KeepsakePageIT {

    private static final String SEA = "a whale swims in the sea at sunset";
    private static final int FRAMES = 24;
    private static final double FPS = 8;

    @TempDir
    private static Path folder;

    @RegisterExtension
    private static final OpenStudio STUDIO = new OpenStudio("--threads", "1");

    private Visitor maker;

    @BeforeEach
    void enter() {
        maker = STUDIO.visitor();
    }

    /** Somebody whose browser is not taken for a program that looks at links. */
    private static Visitor friend(String browser) {
        return STUDIO.visitor(STUDIO.url(), new Browser.NewContextOptions().setUserAgent("Mozilla/5.0 " + browser));
    }

    @Test
    void theMakerDecidesWhatALinkTellsAndForHowLong() throws Exception {
        maker.roll(SEA, FRAMES);
        maker.waitForState("finished");
        Page desk = maker.page();
        desk.click("#share");
        desk.waitForSelector("#share-box .link");
        String link = desk.inputValue("#share-box .link");
        assertThat(link.substring(link.lastIndexOf('/') + 1)).as("cannot be guessed").hasSizeGreaterThanOrEqualTo(22);
        assertThat(desk.textContent("#share-box .views")).isEqualTo("Nobody looked yet.");
        for (String term : List.of("prompts", "remix")) {
            assertThat(desk.isChecked("#share-box ." + term)).as(term + ", before anybody ticked it").isFalse();
        }

        Visitor ann = friend("Ann");
        Page seen = ann.page();
        ann.visit(link);
        ann.waitForDifferentPictures(3);
        assertThat(seen.content()).doesNotContainIgnoringCase("whale");
        assertThat(seen.isVisible("#remix")).isFalse();
        assertThat(seen.isVisible("#keep")).isTrue();

        // What is ticked shows at once to whoever is watching.
        desk.check("#share-box .remix");
        seen.waitForSelector("#remix:visible");
        seen.waitForSelector("h1:has-text('" + SEA + "')");
        assertThat(desk.isChecked("#share-box .prompts")).as("a remix takes the sentences along").isTrue();
        desk.uncheck("#share-box .prompts");
        seen.waitForSelector("h1:not(:has-text('whale'))");
        seen.waitForSelector("#remix", new Page.WaitForSelectorOptions()
                .setState(com.microsoft.playwright.options.WaitForSelectorState.HIDDEN));
        assertThat(desk.isChecked("#share-box .remix")).isFalse();
        assertThat(seen.content()).doesNotContainIgnoringCase("whale");
        desk.uncheck("#share-box .downloads");
        seen.waitForSelector("#keep", new Page.WaitForSelectorOptions()
                .setState(com.microsoft.playwright.options.WaitForSelectorState.HIDDEN));
        assertThat(seen.request().get(link + "/film.gif").status()).isBetween(403, 404);

        friend("Bob").visit(link);
        desk.keyboard().press("Escape");
        desk.click("#share");
        desk.waitForSelector("#share-box .views:has-text('2 people looked.')");

        desk.selectOption("#share-box .expiry", "86400");
        desk.waitForSelector("#share-box .expiry option[data-until]", new Page.WaitForSelectorOptions()
                .setState(com.microsoft.playwright.options.WaitForSelectorState.ATTACHED));
        assertThat(desk.textContent("#share-box .expiry option:checked")).startsWith("until ");
        assertThat(shares(desk).path(0).path("expiresAt").asText()).isNotEmpty();
        // Nobody waits a day here; a second will do.
        desk.request().patch(STUDIO.url() + "/api/shares/" + shares(desk).path(0).path("token").asText(),
                RequestOptions.create().setHeader("Content-Type", "application/json").setData("{\"expiresIn\": 1}"));
        ann.waitForState("gone");
        assertThat(seen.textContent("#curtain")).contains("link is gone");

        // The one that has run out is not offered again; the next is taken back by hand.
        desk.keyboard().press("Escape");
        desk.click("#share");
        desk.waitForCondition(() -> desk.locator("#share-box .link").count() == 1
                && !desk.inputValue("#share-box .link").equals(link));
        ann.visit(desk.inputValue("#share-box .link"));
        ann.waitForDifferentPictures(2);
        desk.click("#share-box .revoke");
        desk.waitForSelector("#note:has-text('The link no longer works.')");
        assertThat(desk.locator("#share-box .link").count()).isZero();
        ann.waitForState("gone");
        seen.reload();
        seen.waitForSelector("h1:has-text('This link is gone')");
        assertThat(maker.complaints()).isEmpty();
    }

    private JsonNode shares(Page desk) throws Exception {
        String film = desk.url().substring(desk.url().lastIndexOf('/') + 1);
        return new ObjectMapper().readTree(
                desk.request().get(STUDIO.url() + "/api/films/" + film + "/shares").text()).path("shares");
    }

    @Test
    void aFilmIsTakenHomeInEveryFormAndMadeAgainFromItsRecipe() throws Exception {
        maker.roll(SEA, FRAMES);
        maker.waitForState("finished");
        Page page = maker.page();
        String first = page.url();
        List<Integer> shown = maker.pictureAt(1.6);
        page.click("#downloads");
        assertThat(take("#download").frames()).isEqualTo(FRAMES);
        assertThat(take("#download-gif").frames()).isEqualTo(FRAMES);
        assertThat(take("#download-webp").seconds(page)).isEqualTo(FRAMES / FPS);
        TakenHome picture = take("#download-png");
        assertThat(picture.picture().getWidth()).isEqualTo(picture.picture().getHeight()).isGreaterThanOrEqualTo(64);
        assertThat(Visitor.distance(shown, picture.smallPicture())).as("this picture").isLessThan(6);
        TakenHome recipe = take("#recipe");
        assertThat(recipe.json().path("prompt").asText()).isEqualTo(SEA);
        page.keyboard().press("Escape");

        maker.visit("/");
        page.waitForSelector("#films li");
        JSHandle file = page.evaluateHandle("""
                text => {
                  const data = new DataTransfer();
                  data.items.add(new File([text], 'recipe.json', {type: 'application/json'}));
                  return data;
                }""", java.nio.file.Files.readString(recipe.file()));
        page.dispatchEvent("#desk", "dragenter", Map.of("dataTransfer", file));
        page.waitForSelector("#drop:visible:has-text('becomes a film')");
        page.dispatchEvent("#drop", "drop", Map.of("dataTransfer", file));
        page.waitForURL(url -> url.contains("/films/") && !url.equals(first));
        assertThat(page.isVisible("#drop")).isFalse();
        maker.waitForState("finished");
        assertThat(Visitor.distance(shown, maker.pictureAt(1.6))).as("the same film").isLessThan(1);
        page.click("#downloads");
        assertThat(lasting(take("#recipe"))).isEqualTo(lasting(recipe));
        assertThat(maker.complaints()).isEmpty();
    }

    private TakenHome take(String selector) throws Exception {
        return TakenHome.click(maker.page(), selector, folder);
    }

    /** A recipe but for the moment at which it was written. */
    private static JsonNode lasting(TakenHome recipe) throws Exception {
        ObjectNode all = (ObjectNode) recipe.json();
        return all.without("createdAt");
    }
}
