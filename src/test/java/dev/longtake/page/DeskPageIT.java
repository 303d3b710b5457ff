package dev.longtake.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.JSHandle;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.FilePayload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Before a film begins, and after it is done: the plan, the ideas, recipes, the gallery. */
class DeskPageIT {

    private static final String SEA = "a whale swims in the sea at sunset";

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
    void aFilmIsPlannedBeforeItBegins() throws Exception {
        Page page = maker.page();
        maker.visit("/");
        page.fill("#prompt", SEA);
        maker.fineTune(56);
        page.click("#plan-more");
        page.fill("#plan li:nth-child(1) textarea", "now it is night");
        page.click("#plan-bar .add");
        page.fill("#plan li:nth-child(2) textarea", "now it snows");
        assertThat(begin(1)).isLessThan(begin(2));

        // By key to the beginning, by pointer to the end of what is free.
        page.focus("#plan-bar .segment:nth-child(2) .border");
        page.keyboard().press("PageDown");
        assertThat(begin(1)).isEqualTo(16);
        BoundingBox border = page.locator("#plan-bar .segment:nth-child(3) .border").boundingBox();
        BoundingBox bar = page.locator("#plan-bar").boundingBox();
        page.mouse().move(border.x + border.width / 2, border.y + border.height / 2);
        page.mouse().down();
        page.mouse().move(bar.x + bar.width - 2, border.y + border.height / 2);
        page.mouse().up();
        assertThat(begin(2)).isEqualTo(48);
        assertThat(page.textContent("#plan li:nth-child(2) label")).contains("0:06");

        page.click("#roll");
        page.waitForURL("**/films/*");
        JsonNode timeline = maker.film().path("timeline");
        assertThat(timeline.findValuesAsText("prompt")).containsExactly(SEA, "now it is night", "now it snows");
        assertThat(timeline.findValuesAsText("frame")).containsExactly("0", "16", "48");
        assertThat(page.locator(".segments .segment").count()).isGreaterThanOrEqualTo(3);
        maker.waitForState("finished");
        assertThat(maker.complaints()).isEmpty();
    }

    private int begin(int segment) {
        String frame = maker.page().getAttribute(
                "#plan-bar .segment:nth-child(" + (segment + 1) + ") .border", "aria-valuenow");
        return Integer.parseInt(frame);
    }

    @Test
    void whoHasNoIdeaGetsOne() {
        Page page = maker.page();
        maker.visit("/");
        List<String> sentences = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            page.click("#surprise");
            sentences.add(page.inputValue("#prompt"));
        }
        assertThat(sentences).allMatch(sentence -> sentence.matches("an? .{10,}"));
        assertThat(sentences.stream().distinct().count()).isGreaterThan(1);

        page.click("#words-fold summary");
        for (String kind : new String[] {"actor", "place", "time", "weather", "action"}) {
            assertThat(page.textContent("#words")).contains(kind);
        }
        page.fill("#prompt", "a dog");
        page.click("#words dd button:has-text('desert')");
        assertThat(page.inputValue("#prompt")).isEqualTo("a dog desert ");
        page.click("#examples button:first-child");
        assertThat(page.inputValue("#prompt")).isNotEqualTo("a dog desert ").isNotBlank();
    }

    @Test
    void aRecipeMakesTheSameFilmAgain() throws Exception {
        maker.roll(SEA, 24);
        maker.waitForState("finished");
        Page page = maker.page();
        String first = page.url();
        List<Integer> picture = maker.pictureAt(2.6);
        page.click("#downloads");
        Download recipe = page.waitForDownload(() -> page.click("#recipe"));
        Path file = folder.resolve("recipe.json");
        recipe.saveAs(file);

        maker.visit("/");
        page.setInputFiles("#recipe-file", file);
        page.waitForURL(url -> url.contains("/films/") && !url.equals(first));
        maker.waitForState("finished");
        assertThat(Visitor.distance(picture, maker.pictureAt(2.6))).isLessThan(1);

        Path other = Files.writeString(folder.resolve("other.json"), "[1, 2]");
        maker.visit("/");
        page.setInputFiles("#recipe-file", other);
        page.waitForSelector("#note:has-text('other.json is no recipe')");
        assertThat(maker.complaints()).isEmpty();
    }

    @Test
    void aFilmBeginsWithAPicture() throws Exception {
        Page page = maker.page();
        maker.visit("/");
        page.fill("#prompt", "a ball in the meadow");
        maker.fineTune(16);
        page.setInputFiles("#picture-file", new FilePayload("cat.png", "image/png", "no cat".getBytes()));
        page.waitForSelector("#picture:visible:has-text('cat.png')");
        assertThat(page.isVisible("#picture canvas")).as("this browser can't show it either").isFalse();
        page.click("#roll");
        page.waitForSelector("#picture-problem:has-text('image must be a whole picture'):has-text('JPEG, PNG, WebP')");
        page.focus("#picture-remove");
        page.keyboard().press("Enter");
        assertThat(page.isVisible("#picture")).isFalse();
        assertThat(page.textContent("#picture-problem")).isEmpty();
        assertThat(page.evaluate("document.activeElement.id")).isEqualTo("add-picture");

        // Pasted, then another one dropped in its place.
        String files = """
                ([name, type, base64]) => {
                  const bytes = Uint8Array.from(atob(base64), letter => letter.charCodeAt(0));
                  const data = new DataTransfer();
                  data.items.add(new File([bytes], name, {type}));
                  return data;
                }""";
        JSHandle pasted = page.evaluateHandle(files, List.of("first.png", "image/png", picture("deep.png")));
        page.evaluate("clipboardData => document.dispatchEvent(new ClipboardEvent('paste', {clipboardData}))", pasted);
        page.waitForSelector("#picture:visible:has-text('first.png')");
        JSHandle dropped = page.evaluateHandle(files, List.of("second.webp", "image/webp", picture("quarters.webp")));
        page.dispatchEvent("#desk", "dragenter", Map.of("dataTransfer", dropped));
        page.waitForSelector("#drop:visible:has-text('a picture its beginning')");
        page.dispatchEvent("#drop", "drop", Map.of("dataTransfer", dropped));
        page.waitForSelector("#picture canvas:visible");
        assertThat(page.textContent("#picture-name")).isEqualTo("second.webp");
        assertThat(Axe.violations(page)).isEmpty();

        page.click("#roll");
        page.waitForURL("**/films/*");
        maker.waitForState("finished");
        List<Integer> red = maker.pictureAt(0.06);
        assertThat(red.get(8 * 32 + 8)).as("red").isGreaterThan(150);
        assertThat(red.get(8 * 32 + 24)).as("green").isLessThan(110);
        assertThat(red.get(24 * 32 + 8)).as("blue").isLessThan(110);
        assertThat(red.get(24 * 32 + 24)).as("yellow").isGreaterThan(170);
        page.waitForSelector("#began img:visible");

        page.click("#facts-button");
        page.click("#same");
        page.waitForSelector("#picture:visible:has-text('the same picture')");
        // What the answer to the cat was.
        assertThat(maker.complaints()).hasSizeLessThanOrEqualTo(1).allMatch(line -> line.contains("400"));
    }

    private static String picture(String name) throws IOException {
        return Base64.getEncoder().encodeToString(Files.readAllBytes(Path.of("src/test/resources/pictures", name)));
    }

    @Test
    void aSecondClickOrAnotherTryMakesOneFilm() throws Exception {
        Page page = maker.page();
        maker.visit("/");
        page.fill("#prompt", SEA);
        maker.fineTune(16);
        page.focus("#prompt");
        page.evaluate("""
                () => {
                  const enter = () => new KeyboardEvent('keydown', {key: 'Enter', bubbles: true, cancelable: true});
                  for (let i = 0; i < 3; i++) document.querySelector('#prompt').dispatchEvent(enter());
                  document.querySelector('#roll').click();
                }""");
        page.waitForURL("**/films/*");
        maker.waitForState("finished");
        assertThat(films()).isEqualTo(1);

        // The studio makes it, and its answer gets lost on the way.
        List<String> keys = new ArrayList<>();
        page.route("**/api/films", route -> {
            keys.add(route.request().headers().get("idempotency-key"));
            if (keys.size() == 1) {
                assertThat(route.fetch().status()).isEqualTo(201);
                route.abort();
            } else {
                route.resume();
            }
        });
        maker.visit("/");
        page.fill("#prompt", SEA);
        maker.fineTune(16);
        page.click("#roll");
        page.waitForSelector("#composer-problem:has-text(\"The studio doesn't answer\")");
        page.click("#roll");
        page.waitForURL("**/films/*");
        maker.waitForState("finished");
        assertThat(films()).as("with the one before").isEqualTo(2);
        assertThat(keys).hasSize(2).doesNotContainNull();
        assertThat(keys.get(0)).isEqualTo(keys.get(1));

        // What is asked for again after an answer is another film.
        maker.roll(SEA, 16);
        maker.waitForState("finished");
        assertThat(films()).isEqualTo(3);
        assertThat(keys.get(2)).isNotEqualTo(keys.get(1));
    }

    private int films() throws IOException {
        return new ObjectMapper().readTree(maker.page().request().get(STUDIO.url() + "/api/films").text())
                .path("films").size();
    }

    @Test
    void filmsAreNamedDeletedAndBroughtBackInTheGallery() {
        maker.roll(SEA, 16);
        maker.waitForState("finished");
        Page page = maker.page();
        maker.visit("/");
        page.waitForSelector("#films li");
        assertThat(page.textContent("#films li")).contains(SEA).contains("0:02");
        page.waitForCondition(() -> (Boolean) page.evaluate("document.querySelector('#films img').naturalWidth > 0"));
        page.hover("#films li");
        page.click("#films [title=Rename]");
        page.fill(".card-name", "Evening swim");
        page.keyboard().press("Enter");
        page.waitForSelector("#films strong:has-text('Evening swim')");
        page.reload();
        page.waitForSelector("#films strong:has-text('Evening swim')");

        page.hover("#films li");
        page.click("#films [title=Delete]");
        page.waitForSelector("#note:has-text('is deleted')");
        assertThat(page.locator("#films li").count()).isZero();
        page.click("#note button");
        page.waitForSelector("#films strong:has-text('Evening swim')");

        page.click("#films a");
        page.waitForURL("**/films/*");
        page.waitForCondition(() -> page.inputValue("#name").equals("Evening swim"));
        page.click("#facts-button");
        page.click("#delete");
        page.waitForSelector("#note:has-text('is deleted')");
        assertThat(page.isVisible("#prompt")).isTrue();
        assertThat(maker.complaints()).isEmpty();
    }

    @Test
    void anEndlessFilmGoesOnUntilItIsStopped() {
        Page page = maker.page();
        maker.visit("/");
        page.fill("#prompt", SEA);
        page.check("#lengths input[value=endless]");
        page.click("#roll");
        page.waitForURL("**/films/*");
        maker.waitForCells("made", 2);
        assertThat(page.textContent("#figures")).contains("endless");
        assertThat(film().path("endless").asBoolean()).isTrue();
        assertThat(page.isVisible("#continue")).as("what has no end is not made longer").isFalse();
        page.fill("#next", "now it is night");
        page.waitForSelector("#continue:has-text('Change course')");
        page.fill("#next", "");
        page.click("#stop");
        maker.waitForState("stopped");
        page.waitForSelector("#continue:has-text('Go on for')");
        assertThat(maker.complaints()).isEmpty();
    }

    private JsonNode film() {
        try {
            return maker.film();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
