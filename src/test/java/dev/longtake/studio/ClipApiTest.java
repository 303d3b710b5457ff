package dev.longtake.studio;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.bytedeco.javacv.FFmpegFrameGrabber;
import org.bytedeco.javacv.Frame;
import org.bytedeco.javacv.Java2DFrameConverter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Loops and pictures of a film, downloaded and decoded. */
@ExtendWith(SharedStudio.class)
class ClipApiTest {

    @TempDir
    Path folder;

    private final Studio studio;
    private final Person ann;
    private final String film;
    private final String path;

    ClipApiTest(Studio studio) {
        this.studio = studio;
        ann = studio.stranger();
        film = ann.film("a red car, drives", 43);
        path = "/api/films/" + film;
        studio.shootAll(film);
    }

    @Test
    void aGifHasTheWholeFilmUnlessAStretchIsAskedFor() throws IOException {
        Person.Answer whole = ann.get(path + "/film.gif");
        assertThat(whole.status()).isEqualTo(200);
        assertThat(whole.header("Content-Type")).contains("image/gif");
        assertThat(whole.header("Content-Disposition")).isEmpty();
        List<BufferedImage> frames = frames(whole.response().body());
        assertThat(frames).hasSize(43);
        assertThat(frames.get(0).getWidth()).isEqualTo(256);
        for (int i = 0; i < frames.size(); i++) {
            assertThat(grey(frames.get(i))).as("frame " + i).isBetween(30 + 2 * i - 3, 30 + 2 * i + 3);
        }

        Person.Answer part = ann.get(path + "/film.gif?from=20&to=31&width=100&download=1");
        assertThat(part.header("Content-Disposition")).contains("attachment; filename=\"a-red-car-drives.gif\"");
        List<BufferedImage> some = frames(part.response().body());
        assertThat(some).hasSize(11);
        assertThat(some.get(0).getWidth()).isEqualTo(100);
        assertThat(grey(some.get(0))).isBetween(67, 73);
        assertThat(grey(some.get(10))).isBetween(87, 93);
    }

    /** Pictures that hardly differ become one that is shown for longer. */
    @Test
    void aWebPLastsAsLongAsItsStretch() {
        Person.Answer answer = ann.get(path + "/film.webp?from=4&to=24");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).contains("image/webp");
        ByteBuffer file = ByteBuffer.wrap(answer.response().body()).order(ByteOrder.LITTLE_ENDIAN);
        int millis = 0;
        for (int at = 12; at < file.capacity(); at += 8 + file.getInt(at + 4) + file.getInt(at + 4) % 2) {
            if (new String(answer.response().body(), at, 4, StandardCharsets.ISO_8859_1).equals("ANMF")) {
                millis += file.getInt(at + 20) & 0xFFFFFF;
            }
        }
        assertThat(millis).isEqualTo(20 * 125);
    }

    @Test
    void aPictureIsOneFrame() throws IOException {
        Person.Answer answer = ann.get(path + "/frame.png?frame=42&width=64&download=1");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).contains("image/png");
        assertThat(answer.header("Content-Disposition")).contains("attachment; filename=\"a-red-car-drives.png\"");
        BufferedImage picture = ImageIO.read(new ByteArrayInputStream(answer.response().body()));
        assertThat(picture.getWidth()).isEqualTo(64);
        assertThat(grey(picture)).isBetween(111, 117);
        assertThat(grey(ImageIO.read(new ByteArrayInputStream(ann.get(path + "/frame.png").response().body()))))
                .isBetween(27, 33);
    }

    @Test
    void loopsComeInPartsAndOnlyWhenTheyChanged() {
        Person.Answer whole = ann.get(path + "/film.gif?width=64");
        byte[] bytes = whole.response().body();
        Person.Answer part = ann.get(path + "/film.gif?width=64", "Range", "bytes=100-199");
        assertThat(part.status()).isEqualTo(206);
        assertThat(part.response().body()).isEqualTo(Arrays.copyOfRange(bytes, 100, 200));
        String etag = whole.header("ETag").orElseThrow();
        assertThat(ann.get(path + "/film.gif?width=64", "If-None-Match", etag).status()).isEqualTo(304);
        assertThat(ann.get(path + "/film.gif?width=65", "If-None-Match", etag).status()).isEqualTo(200);

        ann.post(path + "/extend", new JsonObject().put("frames", 2));
        studio.shootAll(film);
        assertThat(ann.get(path + "/film.gif?width=64", "If-None-Match", etag).status()).isEqualTo(200);
        assertThat(ann.get(path + "/film.gif?width=64&to=43", "If-None-Match", etag).status()).isEqualTo(304);
        Person.Answer head = ann.send("HEAD", path + "/film.gif?width=64&to=43", HttpRequest.BodyPublishers.noBody());
        assertThat(head.header("Content-Length")).contains(String.valueOf(bytes.length));
    }

    @ParameterizedTest
    @CsvSource({
        "film.gif?from=43, from, 43", "film.gif?from=-1, from, -1", "film.gif?from=x, from, x",
        "film.gif?to=44, to, 44", "film.webp?from=9&to=9, to, 9", "film.webp?width=15, width, 15",
        "film.gif?width=1025, width, 1025", "frame.png?frame=43, frame, 43", "frame.png?frame=1.5, frame, 1.5",
        "frame.png?width=0, width, 0"
    })
    void saysWhatIsWrong(String file, String field, String value) {
        Person.Answer answer = ann.get(path + "/" + file);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().getString("field")).isEqualTo(field);
        assertThat(answer.json().getString("value")).contains(value);
        assertThat(answer.json().getString("allowed")).isNotBlank();
    }

    @Test
    void aLoopIsNoFilm() {
        String longer = ann.film("a blue bus", 420);
        studio.shootAll(longer);
        Person.Answer refused = ann.get("/api/films/" + longer + "/film.gif?from=2&to=420&width=16");
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.json().getString("field")).isEqualTo("to");
        assertThat(refused.json().getString("allowed")).contains("400 frames");
        Person.Answer young = ann.get("/api/films/" + ann.film("a bus", 20) + "/film.gif");
        assertThat(young.status()).isEqualTo(409);
    }

    @Test
    void aLinkOffersFilesOnlyIfItMay() throws IOException {
        Person bob = studio.stranger();
        JsonObject share = ann.post(path + "/shares").json();
        String link = "/v/" + share.getString("token");
        Person.Answer gif = bob.get(link + "/film.gif?from=1&to=5&download=1");
        assertThat(frames(gif.response().body())).hasSize(4);
        assertThat(gif.header("Content-Disposition")).contains("attachment; filename=\"longtake-film.gif\"");
        assertThat(bob.get(link + "/film.webp?to=2").status()).isEqualTo(200);
        assertThat(bob.get(link + "/frame.png").status()).isEqualTo(200);
        assertThat(bob.get(link + "/video.mp4?download=1").header("Content-Disposition"))
                .contains("attachment; filename=\"longtake-film.mp4\"");
        assertThat(bob.get(link + "/recipe.json").status()).isEqualTo(403);

        ann.patch("/api/shares/" + share.getString("token"), new JsonObject().put("downloads", false).put("prompts", true));
        for (String file : List.of("film.gif", "film.webp", "frame.png", "video.mp4?download=1", "recipe.json")) {
            assertThat(bob.get(link + "/" + file).status()).as(file).isEqualTo(403);
        }
        assertThat(bob.get(link + "/video.mp4").status()).as("browsers without media source watch it").isEqualTo(200);
        ann.patch("/api/shares/" + share.getString("token"), new JsonObject().put("downloads", true));
        assertThat(bob.get(link + "/recipe.json").json().getString("prompt")).isEqualTo("a red car, drives");
        assertThat(bob.get(link + "/video.mp4?download=1").header("Content-Disposition"))
                .contains("attachment; filename=\"a-red-car-drives.mp4\"");
    }

    private List<BufferedImage> frames(byte[] gif) throws IOException {
        Path file = Files.write(folder.resolve("downloaded.gif"), gif);
        List<BufferedImage> frames = new ArrayList<>();
        try (FFmpegFrameGrabber grabber = new FFmpegFrameGrabber(file.toFile());
                Java2DFrameConverter converter = new Java2DFrameConverter()) {
            grabber.start();
            for (Frame frame = grabber.grabImage(); frame != null; frame = grabber.grabImage()) {
                frames.add(Java2DFrameConverter.cloneBufferedImage(converter.convert(frame)));
            }
        }
        return frames;
    }

    private static int grey(BufferedImage picture) {
        return picture.getRGB(picture.getWidth() / 2, picture.getHeight() / 2) >> 8 & 255;
    }
}
