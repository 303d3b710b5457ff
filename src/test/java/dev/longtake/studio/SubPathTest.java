package dev.longtake.studio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The studio below a path of another site, behind a proxy that takes the path off. */
class SubPathTest {

    private static final String PATH = "/films/studio";
    private static final Pattern LINK = Pattern.compile("\\b(?:href|src)=\"([^\"#]+)\"");

    @TempDir
    private Path folder;
    private final Vertx vertx = Vertx.vertx();
    private final PathProxy proxy = new PathProxy(PATH);
    private Studio studio;
    private Person ann;

    @BeforeEach
    void open() throws IOException {
        studio = Studio.behindProxy(folder, Optional.of(URI.create(proxy.url())), false);
        proxy.leadTo(studio.port());
        ann = new Person(proxy.url());
    }

    @AfterEach
    void close() {
        studio.close();
        proxy.close();
        Studio.await(vertx.close());
    }

    @Test
    void everyLinkOfThePagesWorks() {
        String film = ann.film("a red car", 16);
        studio.shootAll(film);
        String share = ann.post("/api/films/" + film + "/shares", new JsonObject().put("prompts", true))
                .json().getString("url");
        assertThat(share).startsWith(ann.url + "/v/");
        for (String page : List.of("/", "/films/" + film, "/api", "/nothing/here", share.substring(ann.url.length()))) {
            Matcher links = LINK.matcher(ann.get(page, "Accept", "text/html").text());
            assertThat(links.find()).isTrue();
            do {
                // As a browser does.
                URI link = URI.create(ann.url + page).resolve(links.group(1).replace("&amp;", "&").replace("&#x3D;", "="));
                assertThat(link.toString()).as("link of " + page).startsWith(ann.url + "/");
                assertThat(ann.get(link.toString().substring(ann.url.length())).status())
                        .as(page + " to " + link).isEqualTo(200);
            } while (links.find());
        }
        assertThat(proxy.strays()).isEmpty();
    }

    @Test
    void aFilmIsMadeAndWatchedThere() {
        Person.Answer made = ann.post("/api/films", new JsonObject().put("prompt", "a red car").put("frames", 24));
        assertThat(made.status()).isEqualTo(201);
        assertThat(made.cookie().orElseThrow()).contains("Path=" + PATH + "/");
        String film = made.json().getString("id");
        assertThat(made.header("Location")).contains(PATH + "/api/films/" + film);

        try (Watcher watcher = Watcher.open(vertx, ann, "/api/films/" + film + "/live", true)) {
            studio.shootAll(film);
            await().until(() -> watcher.chunks().equals(List.of(0, 1)));
        }
        assertThat(ann.get("/api/films/" + film + "/video.mp4", "Range", "bytes=0-9").status()).isEqualTo(206);
        assertThat(ann.post("/api/films/" + film + "/extend", "application/json", "{\"frames\": 8}", "Origin",
                ann.url.replace(PATH, "")).status()).isEqualTo(200);
        assertThat(ann.delete("/api/films/" + film, "Origin", "https://evil.example").status()).isEqualTo(403);
    }
}
