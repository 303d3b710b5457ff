package dev.longtake.studio;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.bytedeco.javacv.FFmpegFrameGrabber;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A film's files, whole and in part. */
@ExtendWith(SharedStudio.class)
class MediaApiTest {

    @TempDir
    Path folder;

    private final Studio studio;
    private final Person ann;
    private final String film;
    private final String video;

    MediaApiTest(Studio studio) {
        this.studio = studio;
        ann = studio.stranger();
        film = ann.film("a red car, drives", 27);
        video = "/api/films/" + film + "/video.mp4";
        studio.shootAll(film);
    }

    @Test
    void theVideoHasExactlyTheFramesThatWereAskedFor() throws IOException {
        Person.Answer answer = ann.get(video);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).contains("video/mp4");
        assertThat(answer.header("Accept-Ranges")).contains("bytes");
        assertThat(answer.header("Cache-Control")).contains("private, no-cache");
        assertThat(answer.header("Content-Disposition")).isEmpty();
        assertThat(frames(answer.response().body())).isEqualTo(27);
    }

    @Test
    void aDownloadIsNamedAfterItsPrompt() {
        assertThat(ann.get(video + "?download=1").header("Content-Disposition"))
                .contains("attachment; filename=\"a-red-car-drives.mp4\"");
    }

    @Test
    void partsFitTogether() {
        byte[] whole = ann.get(video).response().body();
        int middle = whole.length / 2;

        Person.Answer head = ann.get(video, "Range", "bytes=0-" + (middle - 1));
        Person.Answer tail = ann.get(video, "Range", "bytes=" + middle + "-");
        assertThat(head.status()).isEqualTo(206);
        assertThat(head.header("Content-Range")).contains("bytes 0-" + (middle - 1) + "/" + whole.length);
        assertThat(head.response().body()).isEqualTo(Arrays.copyOf(whole, middle));
        assertThat(tail.response().body()).isEqualTo(Arrays.copyOfRange(whole, middle, whole.length));
        assertThat(ann.get(video, "Range", "bytes=-10").response().body())
                .isEqualTo(Arrays.copyOfRange(whole, whole.length - 10, whole.length));
        assertThat(ann.get(video, "Range", "bytes=0-1,3-4").status()).isEqualTo(200);
    }

    @Test
    void aRangeBeyondTheEndIsRefused() {
        int size = ann.get(video).response().body().length;
        Person.Answer answer = ann.get(video, "Range", "bytes=" + size + "-");

        assertThat(answer.status()).isEqualTo(416);
        assertThat(answer.header("Content-Range")).contains("bytes */" + size);
    }

    @Test
    void whatHasNotChangedIsNotSentAgain() {
        String etag = ann.get(video).header("ETag").orElseThrow();

        assertThat(ann.get(video, "If-None-Match", "\"x\", " + etag).status()).isEqualTo(304);
        assertThat(ann.get(video, "If-None-Match", "\"x\"").status()).isEqualTo(200);
        assertThat(ann.get(video, "If-Range", etag, "Range", "bytes=0-3").status()).isEqualTo(206);
        assertThat(ann.get(video, "If-Range", "\"x\"", "Range", "bytes=0-3").status()).isEqualTo(200);
    }

    @Test
    void headSaysTheSizeOnly() {
        int size = ann.get(video).response().body().length;
        Person.Answer head = ann.send("HEAD", video, HttpRequest.BodyPublishers.noBody());

        assertThat(head.status()).isEqualTo(200);
        assertThat(head.header("Content-Length")).contains(String.valueOf(size));
        assertThat(head.response().body()).isEmpty();
        assertThat(ann.send("HEAD", "/api/films/" + film, HttpRequest.BodyPublishers.noBody()).status()).isEqualTo(200);
    }

    @Test
    void aFilmWithoutFramesHasNoFilesYet() {
        String young = ann.film("a blue bus", 40);

        assertThat(ann.get("/api/films/" + young + "/video.mp4").status()).isEqualTo(409);
        assertThat(ann.get("/api/films/" + young + "/poster.jpg").status()).isEqualTo(404);
    }

    @Test
    void theVideoGrowsWithTheFilm() throws IOException {
        String growing = ann.film("a blue bus", 40);
        String path = "/api/films/" + growing + "/video.mp4";
        studio.shoot(growing);
        Person.Answer early = ann.get(path);
        assertThat(frames(early.response().body())).isEqualTo(16);

        studio.shootAll(growing);
        Person.Answer late = ann.get(path, "If-Range", early.header("ETag").orElseThrow(), "Range", "bytes=0-3");
        assertThat(late.status()).isEqualTo(200);
        assertThat(frames(late.response().body())).isEqualTo(40);

        ann.post("/api/films/" + growing + "/extend", new JsonObject().put("frames", 3));
        studio.shootAll(growing);
        assertThat(frames(ann.get(path).response().body())).isEqualTo(43);
    }

    @Test
    void theLinkShowsTheSameFiles() {
        String token = ann.post("/api/films/" + film + "/shares").json().getString("token");
        Person bob = studio.stranger();

        assertThat(bob.get("/v/" + token + "/video.mp4").response().body()).isEqualTo(ann.get(video).response().body());
        Person.Answer poster = bob.get("/v/" + token + "/poster.jpg");
        assertThat(poster.header("Content-Type")).contains("image/jpeg");
        assertThat(poster.response().body()).startsWith(0xFF, 0xD8);
    }

    private int frames(byte[] mp4) throws IOException {
        Path file = Files.write(folder.resolve("downloaded.mp4"), mp4);
        try (FFmpegFrameGrabber grabber = new FFmpegFrameGrabber(file.toFile())) {
            grabber.start();
            int frames = 0;
            while (grabber.grabImage() != null) {
                frames++;
            }
            return frames;
        }
    }
}
