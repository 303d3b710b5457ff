package dev.longtake.studio;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a browser is given, and what operators look at. */
@ExtendWith(SharedStudio.class)
class PagesTest {

    private static final Pattern CONFIG = Pattern.compile("<script type=\"application/json\" id=\"config\">(.*?)</script>");
    private static final Pattern ASSET = Pattern.compile("(?:src|href)=\"([a-z]+/[^\"]+|favicon.svg)\"");

    private final Studio studio;
    private final Person ann;

    PagesTest(Studio studio) {
        this.studio = studio;
        ann = studio.stranger();
    }

    @Test
    void thePageKnowsThePackAndItsVisitor() {
        Person.Answer page = ann.get("/");

        assertThat(page.status()).isEqualTo(200);
        assertThat(page.header("Content-Type")).contains("text/html; charset=utf-8");
        assertThat(page.cookie()).isPresent();
        JsonObject config = config(page);
        assertThat(config.getJsonObject("pack").getString("name")).isEqualTo("storybook");
        assertThat(config.getJsonObject("pack").getJsonArray("examples").getString(0)).endsWith("</b></script>".substring(4));
        assertThat(config.getInteger("maxPrompt")).isEqualTo(500);
        String film = ann.film("a red car", 8);
        assertThat(ann.get("/films/" + film).text()).as("the same page, one level deeper")
                .isEqualTo(page.text().replaceAll("(href|src)=\"", "$1=\"../"));
    }

    @Test
    void nothingForeignRunsInThePage() {
        Person.Answer page = ann.get("/");

        String policy = page.header("Content-Security-Policy").orElseThrow();
        assertThat(policy).contains("default-src 'none'").contains("script-src 'self'").doesNotContain("unsafe");
        assertThat(page.header("X-Content-Type-Options")).contains("nosniff");
        assertThat(page.header("Referrer-Policy")).contains("no-referrer");
        assertThat(page.text()).doesNotContainPattern("<script(?![^>]*(src=|application/json))")
                .doesNotContainPattern("\\son[a-z]+=\"").doesNotContain("<style").doesNotContain(" style=\"")
                .doesNotContainPattern("(src|href)=\"(https?:)?//");
    }

    @Test
    void everyFileOfThePageIsThere() {
        Matcher assets = ASSET.matcher(ann.get("/").text());
        int found = 0;
        while (assets.find()) {
            String path = "/" + assets.group(1);
            Person.Answer file = ann.get(path);
            assertThat(file.status()).as(path).isEqualTo(200);
            assertThat(file.header("Cache-Control")).contains("no-cache");
            assertThat(ann.send("HEAD", path, HttpRequest.BodyPublishers.noBody()).status()).isEqualTo(200);
            found++;
        }
        assertThat(found).isGreaterThan(3);
    }

    @Test
    void peopleGetAPageAndProgramsAProblem() {
        Person.Answer page = ann.get("/v/AAAAAAAAAAAAAAAAAAAAAA", "Accept", "text/html,*/*");
        assertThat(page.status()).isEqualTo(404);
        assertThat(page.header("Content-Type")).contains("text/html; charset=utf-8");
        assertThat(page.text()).contains("withdrawn");
        assertThat(ann.get("/v/AAAAAAAAAAAAAAAAAAAAAA").header("Content-Type")).contains("application/problem+json");
        assertThat(ann.get("/api/films/x", "Accept", "text/html").header("Content-Type"))
                .contains("application/problem+json");
    }

    @Test
    void operatorsSeeHealthAndFigures() {
        assertThat(ann.get("/health/live").status()).isIn(200, 204);
        assertThat(ann.get("/health/ready").status()).isEqualTo(200);
        assertThat(ann.get("/metrics").text()).contains("longtake_live_sockets").contains("vertx_http_server");
    }

    /** Every path and method of the contract is served: nothing answers "no such page" or "no such method". */
    @Test
    void theContractIsTrue() {
        String contract = ann.get("/openapi.yaml").text();
        assertThat(contract).startsWith("openapi: 3.1");
        String path = null;
        int checked = 0;
        for (String line : contract.split("\n")) {
            Matcher method = Pattern.compile("    (get|put|post|patch|delete):").matcher(line);
            if (line.matches("  /\\S*:")) {
                path = line.strip().replace(":", "").replace("{id}", "01ARZ3NDEKTSV4RRFFQ69G5FAV")
                        .replace("{token}", "AAAAAAAAAAAAAAAAAAAAAA").replaceAll("\\{\\w+}", "0");
            } else if (method.matches()) {
                Person.Answer answer = ann.send(
                        method.group(1).toUpperCase(java.util.Locale.ROOT), path, HttpRequest.BodyPublishers.noBody());
                assertThat(answer.status()).as(path).isNotIn(405, 500);
                assertThat(answer.text()).as(path).doesNotContain("no such page");
                checked++;
            }
        }
        assertThat(checked).isGreaterThanOrEqualTo(27);
    }

    private static JsonObject config(Person.Answer page) {
        Matcher config = CONFIG.matcher(new String(page.response().body(), StandardCharsets.UTF_8));
        assertThat(config.find()).isTrue();
        return new JsonObject(config.group(1));
    }
}
