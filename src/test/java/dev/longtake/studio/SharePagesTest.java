package dev.longtake.studio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.longtake.film.FilmId;
import dev.longtake.memory.ChunkTask;
import dev.longtake.memory.FilmEvent;
import dev.longtake.memory.ShareTerms;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a link shows: pages, previews of chats, players in other pages. And what it never tells. */
@ExtendWith(SharedStudio.class)
class SharePagesTest {

    private static final Pattern META =
            Pattern.compile("<meta (?:property|name)=\"([^\"]+)\" content=\"([^\"]*)\">");
    private static final Pattern CONFIG =
            Pattern.compile("<script type=\"application/json\" id=\"config\">(.*?)</script>");
    private static final Pattern ASSET = Pattern.compile("(?:src|href)=\"((?:\\.\\./)+[^\"]+)\"");
    /** Words that stand in no page and no file by themselves. */
    private static final String RARE = "quincunx";
    private static final String RARER = "syzygy";

    private final Studio studio;
    private final Person ann;
    private final Person bob;
    private Watcher watcher;

    SharePagesTest(Studio studio) {
        this.studio = studio;
        ann = studio.stranger();
        bob = studio.stranger();
    }

    @AfterEach
    void stopWatching() {
        if (watcher != null) {
            watcher.close();
        }
    }

    @Test
    void chatsAndNetworksCanShowTheFilm() {
        String film = ann.film("a <red> car & \"friends\"", 20);
        String url = share(film, new JsonObject().put("prompts", true));
        studio.shootAll(film);

        Person.Answer page = bob.get(path(url));
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.cookie()).isEmpty();
        assertThat(page.text()).contains("<title>a &lt;red&gt; car &amp; &quot;friends&quot;")
                .contains("<link rel=\"canonical\" href=\"" + url + "\">").doesNotContain(film);
        assertThat(meta(page))
                .containsEntry("og:title", "a &lt;red&gt; car &amp; &quot;friends&quot;")
                .containsEntry("og:url", url)
                .containsEntry("og:image", url + "/poster.jpg")
                .containsEntry("og:image:width", "64")
                .containsEntry("og:video", url + "/video.mp4")
                .containsEntry("og:video:type", "video/mp4")
                .containsEntry("og:video:width", "128")
                .containsEntry("og:video:height", "128")
                .containsEntry("twitter:card", "player")
                .containsEntry("twitter:player", url + "/embed")
                .containsEntry("twitter:player:width", "512")
                .containsEntry("twitter:player:height", "512")
                .containsEntry("twitter:player:stream", url + "/video.mp4")
                .containsEntry("robots", "noindex");
        JsonObject shared = config(page).getJsonObject("film");
        assertThat(shared.getString("prompt")).isEqualTo("a <red> car & \"friends\"");
        assertThat(shared.getJsonObject("links").getString("live")).isEqualTo(path(url) + "/live");
    }

    @Test
    void aFilmThatHasNotBegunCanBeSharedAlready() {
        String url = share(ann.film("a red car", 20), new JsonObject());

        Person.Answer page = bob.get(path(url));
        assertThat(meta(page)).doesNotContainKeys("og:image", "og:video").containsEntry("twitter:player", url + "/embed");
        JsonObject oembed = oembed(url, "").json();
        assertThat(oembed.containsKey("thumbnail_url")).isFalse();
        assertThat(oembed.getString("html")).contains(url + "/embed");
    }

    @Test
    void everyFileOfThePagesIsThere() {
        String url = share(ann.film("a red car", 20), new JsonObject());
        for (String path : List.of(path(url), path(url) + "/embed")) {
            Matcher assets = ASSET.matcher(bob.get(path).text());
            int found = 0;
            while (assets.find()) {
                String file = java.net.URI.create(path).resolve(assets.group(1)).toString();
                assertThat(bob.get(file).status()).as(file).isEqualTo(200);
                found++;
            }
            assertThat(found).isGreaterThan(4);
        }
    }

    @Test
    void onlyThePlayerCanBeFramed() {
        String url = share(ann.film("a red car", 20), new JsonObject());

        Person.Answer embed = bob.get(path(url) + "/embed");
        assertThat(embed.status()).isEqualTo(200);
        assertThat(embed.cookie()).isEmpty();
        assertThat(embed.header("X-Frame-Options")).isEmpty();
        String policy = embed.header("Content-Security-Policy").orElseThrow();
        assertThat(policy).contains("frame-ancestors *").contains("script-src 'self'").doesNotContain("unsafe");
        assertThat(embed.text()).contains("Made by AI").contains("target=\"_blank\" rel=\"noopener\"")
                .doesNotContain("theme.js");
        for (String path : List.of(path(url), "/", "/v/AAAAAAAAAAAAAAAAAAAAAA")) {
            assertThat(bob.get(path, "Accept", "text/html").header("Content-Security-Policy").orElseThrow())
                    .as(path).contains("frame-ancestors 'none'");
        }
        // Whoever frames a link that is gone shows that it is.
        assertThat(bob.get("/v/AAAAAAAAAAAAAAAAAAAAAA/embed", "Accept", "text/html")
                .header("Content-Security-Policy").orElseThrow()).contains("frame-ancestors *");
    }

    @Test
    void otherSitesLearnHowToEmbedALink() {
        String film = ann.film("a red car", 20);
        String url = share(film, new JsonObject());
        studio.shootAll(film);
        Matcher discovery = Pattern.compile("<link rel=\"alternate\" type=\"application/json\\+oembed\" href=\"([^\"]+)\"")
                .matcher(bob.get(path(url)).text());
        assertThat(discovery.find()).isTrue();

        Person.Answer answer = bob.get(path(discovery.group(1).replace("&amp;", "&").replace("&#x3D;", "=")));
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.header("Access-Control-Allow-Origin")).contains("*");
        JsonObject oembed = answer.json();
        assertThat(oembed.getString("version")).isEqualTo("1.0");
        assertThat(oembed.getString("type")).isEqualTo("video");
        assertThat(oembed.getString("provider_name")).isEqualTo("Longtake");
        assertThat(oembed.getInteger("width")).isEqualTo(512);
        assertThat(oembed.getString("html")).startsWith("<iframe src=\"" + url + "/embed\" width=\"512\" height=\"512\"")
                .endsWith("></iframe>");
        assertThat(oembed.getString("thumbnail_url")).isEqualTo(url + "/poster.jpg");
        assertThat(oembed.getInteger("thumbnail_width")).isEqualTo(64);

        JsonObject small = oembed(url + "/embed", "&maxwidth=300&maxheight=200&format=json").json();
        assertThat(small.getInteger("width")).isEqualTo(200);
        assertThat(small.getInteger("height")).isEqualTo(200);
    }

    @Test
    void whatCannotBeEmbeddedIsSaid() {
        String url = share(ann.film("a red car", 20), new JsonObject());
        assertThat(bob.get("/oembed").json().getString("field")).isEqualTo("url");
        assertThat(oembed("https://elsewhere.example/v/AAAAAAAAAAAAAAAAAAAAAA", "").status()).isEqualTo(404);
        assertThat(oembed(ann.url + "/films/x", "").status()).isEqualTo(404);
        assertThat(oembed(ann.url + "/v/AAAAAAAAAAAAAAAAAAAAAA", "").status()).isEqualTo(404);
        assertThat(oembed(url, "&format=xml").status()).isEqualTo(501);
        assertThat(oembed(url, "&maxwidth=0").json().getString("field")).isEqualTo("maxwidth");
    }

    /** Every prompt of the film has a word that stands nowhere else; everything that a link gives out is searched. */
    @Test
    void aLinkTellsNoPromptUnlessItMay() {
        Map<String, String> told = everythingToldAbout(new JsonObject());
        assertThat(told).hasSizeGreaterThan(20);
        told.forEach((what, text) -> assertThat(text.toLowerCase(java.util.Locale.ROOT)).as(what)
                .doesNotContain(RARE).doesNotContain(RARER));
    }

    /** The same search finds the words where they may be told, so it would find them. */
    @Test
    void aLinkTellsPromptsWhereItsMakerTickedThat() {
        Map<String, String> told = everythingToldAbout(new JsonObject().put("prompts", true));
        for (String what : List.of("/v/…", "/v/…/embed", "/oembed", "/v/…/recipe.json", "socket: state", "socket: chunk",
                "/v/…/video.mp4?download=1")) {
            assertThat(told.get(what)).as(what).containsIgnoringCase(RARE);
        }
        assertThat(told.get("socket: state")).contains(RARER);
    }

    /** Lets a film go through all that can happen to it, and keeps what the link says meanwhile and afterwards. */
    private Map<String, String> everythingToldAbout(JsonObject terms) {
        Person.Answer made = ann.post("/api/films", new JsonObject()
                .put("prompt", "a " + RARE + " drives").put("frames", 40).put("seed", 7)
                .put("mode", "careful").put("negativePrompt", "no " + RARE));
        String film = made.json().getString("id");
        FilmId id = new FilmId(film);
        String page = path(share(film, terms));
        watcher = Watcher.open(studio.vertx, bob, page + "/live?from=0-0", true);
        Watcher late = null;
        try {
            studio.shoot(film);
            ann.post("/api/films/" + film + "/prompts", new JsonObject().put("prompt", "now " + RARER + " in the sky"));
            Studio.await(studio.memory.events().append(id, FilmEvent.PROGRESS, new JsonObject()
                    .put("chunk", 1).put("step", 1).put("steps", 4).put("framesDone", 16).put("fps", 2.5)
                    .put("prompt", "a " + RARE)));
            Studio.await(studio.memory.events().append(id, "news", new JsonObject().put("title", RARE)));
            studio.shootAll(film);
            ann.post("/api/films/" + film + "/extend",
                    new JsonObject().put("frames", 24).put("prompt", "then " + RARE + " again"));
            ChunkTask task = Studio.await(studio.memory.films().begin(id)).orElseThrow();
            Studio.await(studio.memory.films().fail(task, "prompt must be short, but was \"" + RARE + "\""));
            await().until(() -> watcher.events("state").stream()
                    .anyMatch(event -> event.getJsonObject("film").getString("state").equals("failed")));
            late = Watcher.open(studio.vertx, bob, page + "/live?from=0-0", true);
            Watcher now = late;
            await().until(() -> now.events("chunk").size() >= 4 && now.chunks().size() >= 4);

            Map<String, String> told = new LinkedHashMap<>();
            for (Watcher one : List.of(watcher, late)) {
                one.events.forEach(event ->
                        told.merge("socket: " + event.getString("type"), event.encode(), String::concat));
                one.media.forEach(media -> told.merge("socket: kind " + media.kind(),
                        new String(media.payload(), StandardCharsets.ISO_8859_1), String::concat));
            }
            List<String> paths = new ArrayList<>(List.of("", "/embed", "/remix", "/live", "/chunks/0/still.jpg"));
            for (String file : List.of("video.mp4", "poster.jpg", "recipe.json", "film.gif", "film.webp", "frame.png")) {
                paths.add("/" + file);
                paths.add("/" + file + "?download=1");
            }
            paths.forEach(path -> told.put("/v/…" + path, whole(bob.get(page + path))));
            told.put("/v/… as HTML", whole(bob.get(page, "Accept", "text/html")));
            told.put("/oembed", whole(oembed(ann.url + page, "")));
            told.put("/api/films of a guest", whole(bob.get("/api/films/" + film)));
            return told;
        } finally {
            if (late != null) {
                late.close();
            }
        }
    }

    @Test
    void aTitleOfItsOwnIsNoPrompt() {
        assertThat(SharedFilm.of(view("Autumn", "a red car"), ShareTerms.USUAL).title()).isEqualTo("Autumn");
        assertThat(SharedFilm.of(view(" A Red Car", "a red car"), ShareTerms.USUAL).title())
                .isEqualTo(SharedFilm.NAMELESS);
        ShareTerms telling = new ShareTerms(java.util.Optional.empty(), true, false, true);
        assertThat(SharedFilm.of(view("Autumn", "a red car"), telling).title()).isEqualTo("Autumn");
        assertThat(SharedFilm.of(view(null, "a red car"), telling).title()).isEqualTo("a red car");
    }

    private static FilmView view(String title, String prompt) {
        return Json.read(Buffer.buffer(new JsonObject().put("title", title).put("prompt", prompt)
                .put("timeline", new JsonArray().add(new JsonObject().put("prompt", prompt))).encode()), FilmView.class);
    }

    private static String whole(Person.Answer answer) {
        return answer.status() + " " + answer.response().headers().map()
                + new String(answer.response().body(), StandardCharsets.ISO_8859_1);
    }

    private String share(String film, JsonObject terms) {
        return ann.post("/api/films/" + film + "/shares", terms).json().getString("url");
    }

    private Person.Answer oembed(String url, String more) {
        return bob.get("/oembed?url=" + URLEncoder.encode(url, StandardCharsets.UTF_8) + more);
    }

    private String path(String url) {
        return url.substring(ann.url.length());
    }

    private static Map<String, String> meta(Person.Answer page) {
        Map<String, String> meta = new LinkedHashMap<>();
        Matcher matcher = META.matcher(page.text());
        while (matcher.find()) {
            meta.put(matcher.group(1), matcher.group(2));
        }
        return meta;
    }

    private static JsonObject config(Person.Answer page) {
        Matcher config = CONFIG.matcher(page.text());
        assertThat(config.find()).isTrue();
        return new JsonObject(config.group(1));
    }
}
