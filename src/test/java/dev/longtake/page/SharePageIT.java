package dev.longtake.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.APIRequestContext;
import com.microsoft.playwright.APIResponse;
import com.microsoft.playwright.Frame;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.RequestOptions;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A link in the hands of people who did not make the film: in browsers of their own, and inside other sites. */
class SharePageIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PROMPT = "a red car drives through a snowy city at night";
    private static final int FRAMES = 24;
    /** So long that only a stop ends it. */
    private static final int ENDLESS = 100_000;

    @TempDir
    private static Path folder;

    @RegisterExtension
    private static final OpenStudio STUDIO = new OpenStudio("--threads", "1");

    private Visitor maker;
    private Visitor friend;

    @BeforeEach
    void enter() {
        maker = STUDIO.visitor();
        friend = STUDIO.visitor();
        maker.visit("/");
    }

    @Test
    void aFriendWatchesALoopReadsNoPromptAndTakesItHome() throws Exception {
        String film = film(FRAMES);
        finish(film);
        JsonNode share = share(film, "{}");
        friend.visit(share.path("url").asText());
        Page page = friend.page();
        friend.waitForDifferentPictures(4);
        friend.waitForState("finished");
        assertThat(page.content()).doesNotContainIgnoringCase("snowy").contains("made by AI");
        assertThat((Boolean) page.evaluate("document.querySelector('#video').loop")).isTrue();
        assertThat(page.isVisible("#remix")).isFalse();
        assertThat(page.context().cookies()).isEmpty();

        // From edge to edge.
        assertThat(page.locator("#video").boundingBox().width).isEqualTo(page.viewportSize().width);

        page.click("#keep summary");
        assertThat(download("video.mp4").frames()).isEqualTo(FRAMES);
        assertThat(download("film.gif").frames()).isEqualTo(FRAMES);
        assertThat(download("film.webp").seconds(page)).isEqualTo(FRAMES / 8.0);
        assertThat(download("frame.png").picture().getWidth()).isEqualTo(256);
        assertThat(page.isVisible("#recipe")).isFalse();
        assertThat(friend.complaints()).isEmpty();
    }

    @Test
    void aFriendWatchesLiveUntilTheLinkIsTakenBack() throws Exception {
        String film = film(ENDLESS);
        try {
            JsonNode share = share(film, "{\"prompts\": true}");
            friend.visit(share.path("url").asText());
            friend.waitForDifferentPictures(3);
            friend.waitForState("running");
            assertThat(friend.page().textContent("h1")).isEqualTo(PROMPT);
            assertThat(friend.page().textContent("#figures")).contains(" of ");

            patch(share, "{\"prompts\": false}");
            friend.page().waitForSelector("h1:has-text('A film made by AI')");
            assertThat(friend.page().textContent("body")).doesNotContainIgnoringCase("snowy");

            takeBack(share);
            friend.waitForState("gone");
            assertThat(friend.page().textContent("#curtain")).contains("link is gone");
            assertThat(friend.page().isVisible("#play")).isFalse();
            friend.page().reload();
            friend.page().waitForSelector("h1:has-text('This link is gone')");
        } finally {
            maker.page().request().post(STUDIO.url() + "/api/films/" + film + "/stop");
        }
    }

    @Test
    void aFriendWhoWasAwayLearnsThatTheLinkWasTakenBack() throws Exception {
        String film = film(FRAMES);
        finish(film);
        JsonNode share = share(film, "{}");
        friend.visit(share.path("url").asText());
        friend.waitForState("finished");
        friend.page().context().setOffline(true);
        friend.waitForState("away");
        takeBack(share);
        friend.page().context().setOffline(false);
        friend.waitForState("gone");
    }

    @Test
    void aFriendMakesAFilmOfTheirOwnFromIt() throws Exception {
        String film = film(FRAMES);
        finish(film);
        JsonNode share = share(film, "{\"prompts\": true, \"remix\": true}");
        friend.visit(share.path("url").asText());
        friend.waitForDifferentPictures(3);
        friend.page().click("#remix");
        friend.page().waitForURL("**/films/*");
        assertThat(friend.page().url()).doesNotContain(film);
        JsonNode remix = friend.film();
        assertThat(remix.path("framesDone").asInt()).isEqualTo(FRAMES);
        friend.waitForDifferentPictures(3);
        assertThat(json(maker.page().request(), "/api/films/" + film).path("framesDone").asInt()).isEqualTo(FRAMES);
    }

    @Test
    void anotherSiteShowsTheFilmInAFrame() throws Exception {
        String film = film(FRAMES);
        finish(film);
        JsonNode share = share(film, "{}");
        JsonNode oembed = json(friend.page().request(),
                "/oembed?maxwidth=400&url=" + java.net.URLEncoder.encode(share.path("url").asText(), "UTF-8"));
        Vertx vertx = Vertx.vertx();
        try {
            HttpServer elsewhere = vertx.createHttpServer()
                    .requestHandler(request -> request.response().putHeader("Content-Type", "text/html")
                            .end("<!doctype html><title>elsewhere</title><h1>My page</h1>"
                                    + oembed.path("html").asText()))
                    .listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().get();
            friend.visit("http://localhost:" + elsewhere.actualPort() + "/");
            Locator player = friend.page().locator("iframe");
            assertThat(player.boundingBox().width).isEqualTo(400);
            player.scrollIntoViewIfNeeded();
            Frame frame = player.elementHandle().contentFrame();
            frame.waitForSelector("#cinema[data-state=finished][data-lit]");
            assertThat(frame.textContent(".credit")).contains("Made by AI");
            double first = ((Number) frame.evaluate("document.querySelector('#video').currentTime")).doubleValue();
            await().atMost(Visitor.PATIENCE).until(() ->
                    ((Number) frame.evaluate("document.querySelector('#video').currentTime")).doubleValue() != first);
            assertThat(friend.page().context().cookies()).isEmpty();
            assertThat(friend.complaints()).isEmpty();
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get();
        }
    }

    @Test
    void itPlaysInAFrameThatMayDoNothingButRunScripts() throws Exception {
        String film = film(FRAMES);
        finish(film);
        String url = share(film, "{}").path("url").asText() + "/embed";
        Vertx vertx = Vertx.vertx();
        try {
            HttpServer elsewhere = vertx.createHttpServer()
                    .requestHandler(request -> request.response().putHeader("Content-Type", "text/html")
                            .end("<!doctype html><title>elsewhere</title><h1>My page</h1><iframe title=film width=400"
                                    + " height=400 sandbox=allow-scripts src=" + url + "></iframe>"))
                    .listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().get();
            friend.visit("http://localhost:" + elsewhere.actualPort() + "/");
            Frame frame = friend.page().locator("iframe[title=film]").elementHandle().contentFrame();
            frame.waitForSelector("#cinema[data-state=finished][data-lit]");
            double first = ((Number) frame.evaluate("document.querySelector('#video').currentTime")).doubleValue();
            await().atMost(Visitor.PATIENCE).until(() ->
                    ((Number) frame.evaluate("document.querySelector('#video').currentTime")).doubleValue() != first);
            assertThat(friend.complaints()).isEmpty();
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get();
        }
    }

    @Test
    void thePagesAreForEveryone() throws Exception {
        String film = film(FRAMES);
        finish(film);
        JsonNode share = share(film, "{\"prompts\": true, \"remix\": true}");
        Page page = friend.page();
        for (String path : List.of("", "/embed")) {
            for (ColorScheme theme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
                for (int width : new int[] {1440, 820, 390}) {
                    page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(theme));
                    page.setViewportSize(width, 800);
                    friend.visit(share.path("url").asText() + path);
                    page.waitForSelector("#cinema[data-lit]");
                    if (path.isEmpty()) {
                        page.click("#keep summary");
                    }
                    assertThat(Axe.violations(page)).as(path + " " + theme + " " + width).isEmpty();
                    assertThat((Boolean) page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
                            .as("nothing is cut off at " + width).isTrue();
                    String shots = System.getProperty("longtake.screenshots");
                    if (shots != null) {
                        page.screenshot(new Page.ScreenshotOptions().setPath(
                                Path.of(shots, "share" + path.replace('/', '-') + "-" + theme + "-" + width + ".png")));
                    }
                }
            }
        }
        friend.visit("/v/AAAAAAAAAAAAAAAAAAAAAA");
        assertThat(Axe.violations(page)).isEmpty();
    }

    @Test
    void keysDoWhatButtonsDo() throws Exception {
        String film = film(FRAMES);
        finish(film);
        friend.visit(share(film, "{}").path("url").asText());
        Page page = friend.page();
        page.waitForSelector("#cinema[data-lit]");
        friend.waitForDifferentPictures(2);
        page.keyboard().press(" ");
        page.waitForSelector("#cinema[data-paused]");
        page.keyboard().press("Home");
        page.keyboard().press(".");
        page.keyboard().press(".");
        await().atMost(Visitor.PATIENCE).until(() -> page.getAttribute("#frame", "href").contains("frame=2&"));
        page.keyboard().press(",");
        await().atMost(Visitor.PATIENCE).until(() -> page.getAttribute("#frame", "href").contains("frame=1&"));
        page.focus("#seek");
        page.keyboard().press("End");
        await().atMost(Visitor.PATIENCE).until(
                () -> page.getAttribute("#frame", "href").contains("frame=" + (FRAMES - 1) + "&"));
    }

    private String film(int frames) throws IOException {
        return post("/api/films", "{\"prompt\": \"" + PROMPT + "\", \"frames\": " + frames
                + ", \"seed\": 7, \"mode\": \"careful\", \"steps\": 2}").path("id").asText();
    }

    private void finish(String film) {
        await().atMost(Visitor.PATIENCE).until(() ->
                json(maker.page().request(), "/api/films/" + film).path("state").asText().equals("finished"));
    }

    private JsonNode share(String film, String terms) throws IOException {
        return post("/api/films/" + film + "/shares", terms);
    }

    private JsonNode post(String path, String body) throws IOException {
        return JSON.readTree(maker.page().request().post(STUDIO.url() + path, json(body)).text());
    }

    private void patch(JsonNode share, String body) {
        maker.page().request().patch(STUDIO.url() + "/api/shares/" + share.path("token").asText(), json(body));
    }

    private void takeBack(JsonNode share) {
        APIResponse answer =
                maker.page().request().delete(STUDIO.url() + "/api/shares/" + share.path("token").asText());
        assertThat(answer.status()).isEqualTo(204);
    }

    private static RequestOptions json(String body) {
        return RequestOptions.create().setHeader("Content-Type", "application/json").setData(body);
    }

    private static JsonNode json(APIRequestContext request, String path) throws IOException {
        return JSON.readTree(request.get(STUDIO.url() + path).text());
    }

    private TakenHome download(String file) throws IOException {
        TakenHome home = TakenHome.click(friend.page(), "#keep a[href*='" + file + "']", folder);
        assertThat(home.name()).isEqualTo("longtake-film" + file.substring(file.lastIndexOf('.')));
        return home;
    }
}
