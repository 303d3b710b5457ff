package dev.longtake.studio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What browsers are told not to do, and what nobody may do. */
@ExtendWith(SharedStudio.class)
class SecurityTest {

    private static final Pattern INLINE = Pattern.compile("<[^>]+\\s(on\\w+|style)\\s*=", Pattern.CASE_INSENSITIVE);
    private static final Pattern SCRIPT = Pattern.compile("<script(?![^>]*(\\ssrc=|type=\"application/json\"))[^>]*>");
    private static final Pattern ELSEWHERE = Pattern.compile("<(?:script|link|img|iframe|video)[^>]*(?:src|href)=\"(?:https?:)?//");
    private static final String MARKUP = "a <script>alert(1)</script> \"quoted\" <img src=x onerror=alert(2)> 'b' & </title>";

    @TempDir
    private Path folder;
    private final Studio studio;
    private final Person ann;

    SecurityTest(Studio studio) {
        this.studio = studio;
        ann = studio.stranger();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/films/01ARZ3NDEKTSV4RRFFQ69G5FAV", "/api", "/v/share", "/nothing"})
    void pagesRunNothingButOurOwnFiles(String path) {
        Person.Answer page = ann.get(path.equals("/v/share") ? share("a red car") : path, "Accept", "text/html");

        assertThat(page.header("Content-Type").orElseThrow()).startsWith("text/html");
        assertThat(page.header("Content-Security-Policy").orElseThrow())
                .contains("default-src 'none'").contains("script-src 'self'").contains("style-src 'self'")
                .contains("frame-ancestors 'none'").contains("base-uri 'none'").doesNotContain("unsafe");
        assertThat(INLINE.matcher(page.text()).find()).as("inline handler or style").isFalse();
        assertThat(SCRIPT.matcher(page.text()).find()).as("inline script").isFalse();
        assertThat(ELSEWHERE.matcher(page.text().replace(ann.url, "")).find()).as("request to another site").isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/api/films", "/js/studio.js", "/openapi.yaml", "/nothing"})
    void everyAnswerKeepsItsTypeAndTellsNobodyWhereItCameFrom(String path) {
        Person.Answer answer = ann.get(path);

        assertThat(answer.header("X-Content-Type-Options")).contains("nosniff");
        assertThat(answer.header("Referrer-Policy")).contains("no-referrer");
        assertThat(answer.header("Cross-Origin-Opener-Policy")).contains("same-origin");
    }

    @Test
    void aPromptWithMarkupIsOnlyText() {
        String film = ann.film(MARKUP, 16);
        studio.shootAll(film);
        String token = ann.post("/api/films/" + film + "/shares").json().getString("token");
        String page = ann.get("/v/" + token).text();

        assertThat(page).doesNotContain("<script>alert").doesNotContain("<img src=x");
        assertThat(INLINE.matcher(page).find()).isFalse();
        Person.Answer json = ann.get("/api/films/" + film);
        assertThat(json.json().getString("prompt")).isEqualTo(MARKUP);
        assertThat(json.header("Content-Type")).contains("application/json");
        assertThat(ann.get("/api/films/" + film + "/video.mp4?download").header("Content-Disposition").orElseThrow())
                .doesNotContain("<").doesNotContain("'");
    }

    @ParameterizedTest
    @CsvSource({"cross-site, 403", "same-site, 403", "same-origin, 201", "none, 201"})
    void believesBrowsersThatSayWhoAsked(String site, int status) {
        assertThat(ann.post("/api/films", "application/json", "{\"prompt\": \"a\", \"frames\": 8}", "Sec-Fetch-Site", site)
                .status()).isEqualTo(status);
    }

    @Test
    void aPageElsewhereMayOpenNoSocket() {
        String film = ann.film("a red car", 8);
        WebSocketClient client = studio.vertx.createWebSocketClient();
        for (String origin : new String[] {"https://evil.example", "null"}) {
            Throwable refused = client.connect(socket(film).addHeader("Origin", origin))
                    .map((Throwable) null).otherwise(failure -> failure)
                    .toCompletionStage().toCompletableFuture().join();
            assertThat(refused).hasMessageContaining("403");
        }
        Studio.await(client.connect(socket(film).addHeader("Origin", ann.url))).close();
        Studio.await(client.close());
    }

    /** A player in a sandboxed frame has no origin; a link shows it what it shows anybody, and no more. */
    @Test
    void aLinkOpensASocketForAFrameWithoutAnOrigin() {
        String live = share("a red car") + "/live";
        WebSocketClient client = studio.vertx.createWebSocketClient();
        WebSocketConnectOptions anybody = new WebSocketConnectOptions().setHost("127.0.0.1").setPort(studio.port())
                .setURI(live);
        Studio.await(client.connect(new WebSocketConnectOptions(anybody).addHeader("Origin", "null"))).close();
        assertThatThrownBy(() -> Studio.await(
                client.connect(new WebSocketConnectOptions(anybody).addHeader("Origin", "https://evil.example"))))
                .hasRootCauseMessage("WebSocket upgrade failure: 403");
        Studio.await(client.close());
    }

    @Test
    void aCookieOfASecureStudioNeverLeavesItInTheOpen() throws IOException {
        try (Studio secure = Studio.behindProxy(
                folder, Optional.of(URI.create("https://films.example/studio/")), false)) {
            String cookie = secure.stranger().get("/").cookie().orElseThrow();

            assertThat(cookie).contains("Secure").containsIgnoringCase("HttpOnly").contains("SameSite=Lax")
                    .contains("Path=/studio/;");
        }
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void believesForwardedHeadersOnlyOfAProxyItTrusts(boolean trusted) throws IOException {
        try (Studio behind = Studio.behindProxy(folder, Optional.empty(), trusted)) {
            Person bob = behind.stranger();
            String[] headers = {"X-Forwarded-Proto", "https", "X-Forwarded-Host", "films.example"};
            assertThat(bob.get("/", headers).cookie().orElseThrow().contains("Secure")).isEqualTo(trusted);
            String film = bob.film("a red car", 8);
            JsonObject share = bob.send("POST", "/api/films/" + film + "/shares",
                    java.net.http.HttpRequest.BodyPublishers.noBody(), headers).json();
            assertThat(share.getString("url").startsWith("https://films.example/v/")).isEqualTo(trusted);
        }
    }

    private WebSocketConnectOptions socket(String film) {
        return new WebSocketConnectOptions().setHost("127.0.0.1").setPort(studio.port())
                .setURI("/api/films/" + film + "/live").addHeader("Cookie", ann.cookie());
    }

    private String share(String prompt) {
        String film = ann.film(prompt, 8);
        return "/v/" + ann.post("/api/films/" + film + "/shares").json().getString("token");
    }
}
