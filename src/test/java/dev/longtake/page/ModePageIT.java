package dev.longtake.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Page;
import dev.longtake.pack.TestPacks;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Fast or careful, as a person chooses it on the desk. */
class ModePageIT {

    @RegisterExtension
    private static final OpenStudio STUDIO = new OpenStudio("--pack", TestPacks.TOY.toString());

    private Visitor maker;

    @BeforeEach
    void enter() {
        maker = STUDIO.visitor();
    }

    @Test
    void filmsAreMadeFastUnlessTheirMakerChoosesCare() throws Exception {
        maker.visit("/");
        Page page = maker.page();
        page.click("#advanced summary");
        assertThat(page.isChecked("#modes input[value=fast]")).isTrue();
        assertThat(page.isVisible("#seed")).isTrue();
        for (String field : new String[] {"#steps", "#guidance", "#negativePrompt"}) {
            assertThat(page.isVisible(field)).as(field + " has no part in fast films").isFalse();
        }
        JsonNode fast = roll();
        assertThat(fast.path("mode").asText()).isEqualTo("fast");
        assertThat(fast.path("steps").asInt()).isEqualTo(4);

        maker.visit("/");
        page.click("#advanced summary");
        maker.choose("careful");
        page.fill("#steps", "3");
        page.fill("#negativePrompt", "fog");
        JsonNode careful = roll();
        assertThat(careful.path("mode").asText()).isEqualTo("careful");
        assertThat(careful.path("steps").asInt()).isEqualTo(3);
        assertThat(careful.path("negativePrompt").asText()).isEqualTo("fog");
        page.click("#facts-button");
        assertThat(page.textContent("#fact-list")).contains("Careful");

        // Another take is made as the first one was, and the choice outlives the visit.
        page.click("#another");
        assertThat(page.inputValue("#negativePrompt")).isEqualTo("fog");
        maker.visit("/");
        page.click("#advanced summary");
        assertThat(page.isVisible("#steps")).isTrue();
        // What was written for a careful film is not asked of a fast one.
        page.fill("#guidance", "7");
        maker.choose("fast");
        assertThat(roll().path("guidance").asDouble()).isEqualTo(4);
        assertThat(maker.complaints()).isEmpty();
    }

    private JsonNode roll() throws Exception {
        Page page = maker.page();
        page.fill("#prompt", "a red car");
        page.fill("#frames", "16");
        page.click("#roll");
        page.waitForURL("**/films/*");
        maker.waitForState("finished");
        return maker.film();
    }
}
