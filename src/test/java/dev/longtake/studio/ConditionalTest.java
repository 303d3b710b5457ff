package dev.longtake.studio;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What has not changed is not sent again. */
@ExtendWith(SharedStudio.class)
class ConditionalTest {

    private final Studio studio;
    private final Person ann;

    ConditionalTest(Studio studio) {
        this.studio = studio;
        ann = studio.stranger();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/js/studio.js", "/css/page.css", "/favicon.svg", "/openapi.yaml", "/api/packs", "/api"})
    void filesAndAnswersHaveTags(String path) {
        Person.Answer first = ann.get(path);
        String tag = first.header("ETag").orElseThrow();

        assertThat(first.status()).isEqualTo(200);
        assertThat(ann.get(path).header("ETag")).contains(tag);
        for (String known : new String[] {tag, "\"other\", W/" + tag, "*"}) {
            Person.Answer again = ann.get(path, "If-None-Match", known);
            assertThat(again.status()).as(known).isEqualTo(304);
            assertThat(again.text()).isEmpty();
        }
        assertThat(ann.get(path, "If-None-Match", "\"other\"").status()).isEqualTo(200);
    }

    @Test
    void aPosterHasATagAndTheFilmPartsOfItself() {
        String film = ann.film("a red car", 24);
        studio.shootAll(film);
        String poster = ann.get("/api/films/" + film + "/poster.jpg").header("ETag").orElseThrow();

        assertThat(ann.get("/api/films/" + film + "/poster.jpg", "If-None-Match", poster).status()).isEqualTo(304);
        assertThat(ann.get("/api/films/" + film + "/video.mp4", "Range", "bytes=0-9").status()).isEqualTo(206);
        String tag = ann.get("/api/films/" + film + "/video.mp4").header("ETag").orElseThrow();
        assertThat(ann.get("/api/films/" + film + "/video.mp4", "If-None-Match", tag).status()).isEqualTo(304);
    }

    @Test
    void filesCanBeHadInParts() {
        Person.Answer part = ann.get("/js/studio.js", "Range", "bytes=0-9");

        assertThat(part.status()).isEqualTo(206);
        assertThat(part.text()).hasSize(10);
    }

    @Test
    void pagesAreLinked() {
        String first = ann.film("one", 8);
        String second = ann.film("two", 8);

        Person.Answer page = ann.get("/api/films?limit=1");
        assertThat(page.header("Link")).contains("<?limit=1&before=" + second + ">; rel=\"next\"");
        Person.Answer last = ann.get("/api/films?limit=1&before=" + second);
        assertThat(last.json().getJsonArray("films").getJsonObject(0).getString("id")).isEqualTo(first);
        assertThat(last.header("Link")).isEmpty();
    }

    @Test
    void theContractCanBeRead() {
        String page = ann.get("/api").text();

        assertThat(page).contains("createFilm").contains("/api/films/{id}/live").contains("Idempotency-Key")
                .contains("a whole number from 1 to 1000000").contains("href=\"openapi.yaml\"");
    }
}
