package dev.longtake.studio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longtake.film.FilmId;
import dev.longtake.memory.EnhancementTask;
import dev.longtake.memory.FilmEvent;
import dev.longtake.pack.TestPacks;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.bytedeco.javacv.FFmpegFrameGrabber;
import org.bytedeco.javacv.Frame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Films that are refined, over REST: how they are asked for, how they stand, and their files. */
@ExtendWith(SharedStudio.class)
class EnhancementApiTest {

    private static final int BASE_WIDTH = 128;
    private static final int REFINED_WIDTH = 256;

    @TempDir
    Path folder;

    private final Studio studio;
    private final Person ann;

    EnhancementApiTest(Studio studio) {
        this.studio = studio;
        ann = studio.stranger();
    }

    @Test
    void aWishSaysWhetherToRefineAndTheFilmHowFarItIs() {
        assertThat(ann.get("/api/films/" + ann.film("a red car", 48)).json().containsKey("enhancement")).isFalse();
        String film = ann.refinedFilm("a red car", 48);
        assertThat(enhancement(film)).isEqualTo(new JsonObject()
                .put("state", "waiting").put("frames", 0)
                .put("lookAheadFrames", Studio.LOOK_AHEAD).put("lookAheadSeconds", 5.0)
                .put("width", REFINED_WIDTH).put("height", REFINED_WIDTH));

        studio.shootAll(film);
        tell(film, 0, 4.5);
        assertThat(enhancement(film).getString("state")).isEqualTo("running");
        assertThat(enhancement(film).getDouble("etaSeconds")).isEqualTo(4.5);
        studio.refine(film);
        assertThat(enhancement(film).getInteger("frames")).isEqualTo(16);
        assertThat(enhancement(film).getString("state")).as("what was told of other frames is over").isEqualTo("waiting");
        studio.refineAll(film);
        assertThat(enhancement(film).getString("state")).isEqualTo("done");
        assertThat(enhancement(film).getInteger("frames")).isEqualTo(48);
        assertThat(enhancement(film).containsKey("etaSeconds")).isFalse();
    }

    @Test
    void itRestsAsLongAsTheFilmDoes() {
        String film = ann.refinedFilm("a red car", 80);
        studio.shoot(film);
        ann.post("/api/films/" + film + "/pause");
        assertThat(enhancement(film).getString("state")).isEqualTo("resting");
        ann.post("/api/films/" + film + "/stop");
        studio.refineAll(film);
        assertThat(enhancement(film).getString("state")).as("refined to the end of what it has").isEqualTo("done");
        assertThat(enhancement(film).getInteger("frames")).isEqualTo(16);
    }

    @Test
    void itIsTurnedOnForAFinishedFilmAndOffAgain() throws IOException {
        String film = ann.film("a red car", 24);
        studio.shootAll(film);
        Person.Answer on = turn(film, true);
        assertThat(on.json().getJsonObject("enhancement").getInteger("frames")).isZero();
        assertThat(turn(film, true).json()).as("no effect").isEqualTo(on.json());
        studio.refineAll(film);
        assertThat(width(video(film, ""))).isEqualTo(REFINED_WIDTH);

        assertThat(turn(film, false).json().containsKey("enhancement")).isFalse();
        assertThat(turn(film, false).status()).isEqualTo(200);
        assertThat(width(video(film, ""))).isEqualTo(BASE_WIDTH);
        assertThat(ann.get("/api/films/" + film).json().getString("state")).isEqualTo("finished");
    }

    @Test
    void whatFailedSaysWhyAndIsTriedAgain() {
        String film = ann.refinedFilm("a red car", 24);
        studio.shootAll(film);
        EnhancementTask task = Studio.await(studio.memory.enhancements().begin(new FilmId(film))).orElseThrow();
        Studio.await(studio.memory.enhancements().fail(task, "the enhancer ran out of memory"));

        assertThat(enhancement(film).getString("state")).isEqualTo("failed");
        assertThat(enhancement(film).getString("error")).isEqualTo("the enhancer ran out of memory");
        assertThat(ann.get("/api/films/" + film).json().getString("state")).isEqualTo("finished");
        Person friend = studio.stranger();
        String token = ann.post("/api/films/" + film + "/shares").json().getString("token");
        assertThat(friend.get("/v/" + token).text()).contains("\"state\":\"failed\"").doesNotContain("out of memory");

        turn(film, true);
        assertThat(enhancement(film).getString("state")).isEqualTo("waiting");
        studio.refineAll(film);
        assertThat(enhancement(film).getString("state")).isEqualTo("done");
    }

    @Test
    void aRefinedFilmsRecipeSaysSoAndMakesARefinedFilm() {
        String film = ann.refinedFilm("a red car", 24);
        JsonObject recipe = ann.get("/api/films/" + film + "/recipe.json").json();
        assertThat(recipe.getBoolean("enhance")).isTrue();
        String again = ann.post("/api/films", recipe).json().getString("id");
        assertThat(enhancement(again).getString("state")).isEqualTo("waiting");
        assertThat(ann.get("/api/films/" + again + "/recipe.json").json()).isEqualTo(recipe);

        String plain = ann.film("a red car", 24);
        assertThat(ann.get("/api/films/" + plain + "/recipe.json").json().containsKey("enhance")).isFalse();
    }

    @Test
    void takesAndRemixesOfARefinedFilmAreRefinedToo() {
        String film = ann.refinedFilm("a red car", 64);
        studio.shootAll(film);
        studio.refineAll(film);
        JsonObject take = ann.post("/api/films/" + film + "/fork", new JsonObject().put("atFrame", 56).put("frames", 8)).json();
        assertThat(take.getJsonObject("enhancement").getInteger("frames")).isEqualTo(32);
        String token = ann.post("/api/films/" + film + "/shares", new JsonObject().put("prompts", true).put("remix", true))
                .json().getString("token");
        JsonObject remix = studio.stranger().post("/v/" + token + "/remix").json();
        assertThat(remix.getJsonObject("enhancement").getString("state")).isEqualTo("done");

        JsonObject longer = ann.post("/api/films/" + film + "/extend", new JsonObject().put("frames", 8)).json();
        assertThat(longer.getJsonObject("enhancement").getInteger("frames")).as("until it really grows").isEqualTo(64);
        studio.shoot(film);
        assertThat(enhancement(film).getInteger("frames")).isEqualTo(32);
    }

    @Test
    void aPackWithoutAnEnhancerSaysSo() throws IOException {
        try (Studio plain = Studio.worked(folder, TestPacks.TOY)) {
            Person bob = plain.stranger();
            JsonObject pack = bob.get("/api/packs").json().getJsonArray("packs").getJsonObject(0);
            assertThat(pack.containsKey("enhancer")).isFalse();
            Person.Answer refused = bob.post("/api/films",
                    new JsonObject().put("prompt", "a red car").put("frames", 8).put("enhance", true));
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.json().getString("field")).isEqualTo("enhance");
            assertThat(refused.json().getString("value")).isEqualTo("true");
            assertThat(refused.json().getString("allowed")).isEqualTo("false: the pack toy has no enhancer");
            String film = bob.film("a red car", 8);
            Person.Answer late = bob.put("/api/films/" + film + "/enhancement", new JsonObject().put("on", true));
            assertThat(late.status()).isEqualTo(400);
            assertThat(late.json().getString("field")).isEqualTo("on");
            assertThat(bob.put("/api/films/" + film + "/enhancement", new JsonObject().put("on", false)).status())
                    .isEqualTo(200);
        }
        JsonObject pack = ann.get("/api/packs").json().getJsonArray("packs").getJsonObject(0);
        assertThat(pack.getJsonObject("enhancer")).isEqualTo(new JsonObject()
                .put("width", REFINED_WIDTH).put("height", REFINED_WIDTH)
                .put("lookAheadFrames", Studio.LOOK_AHEAD).put("lookAheadSeconds", 5.0));
    }

    @Test
    void nonsenseIsRefused() {
        String film = ann.film("a red car", 24);
        for (JsonObject body : new JsonObject[] {new JsonObject(), new JsonObject().put("on", "yes"), new JsonObject().putNull("on")}) {
            Person.Answer answer = ann.put("/api/films/" + film + "/enhancement", body);
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.json().getString("field")).isEqualTo("on");
        }
        assertThat(ann.post("/api/films", new JsonObject().put("prompt", "a").put("frames", 8).put("enhance", 1))
                .json().getString("field")).isEqualTo("enhance");
        assertThat(studio.stranger().put("/api/films/" + film + "/enhancement", new JsonObject().put("on", true)).status())
                .isEqualTo(404);
    }

    @Test
    void theFileIsRefinedOnceAllOfItIsAndNeverMixed() throws IOException {
        String film = ann.refinedFilm("a red car", 64);
        String path = "/api/films/" + film + "/video.mp4";
        studio.shootAll(film);
        studio.refine(film);
        Person.Answer early = ann.get(path);
        assertThat(width(early.response().body())).isEqualTo(BASE_WIDTH);
        Person.Answer refused = ann.get(path + "?rendition=enhanced");
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.json().getString("detail")).contains("16 of its 64 frames");
        assertThat(ann.get(path + "?rendition=best").json().getString("field")).isEqualTo("rendition");

        studio.refineAll(film);
        Person.Answer whole = ann.get(path, "If-None-Match", early.header("ETag").orElseThrow());
        assertThat(whole.status()).as("it is another file now").isEqualTo(200);
        assertThat(width(whole.response().body())).isEqualTo(REFINED_WIDTH);
        assertThat(frames(whole.response().body())).isEqualTo(64);
        assertThat(ann.get(path + "?rendition=enhanced").response().body()).isEqualTo(whole.response().body());
        Person.Answer base = ann.get(path + "?rendition=base");
        assertThat(base.response().body()).isEqualTo(early.response().body());
        assertThat(base.header("ETag")).isEqualTo(early.header("ETag"));

        String token = ann.post("/api/films/" + film + "/shares").json().getString("token");
        assertThat(studio.stranger().get("/v/" + token + "/video.mp4").response().body()).isEqualTo(whole.response().body());
        assertThat(studio.stranger().get("/v/" + token).text())
                .contains("og:video:width\" content=\"" + REFINED_WIDTH).contains("og:video:height\" content=\"" + REFINED_WIDTH);

        ann.post("/api/films/" + film + "/extend", new JsonObject().put("frames", 8));
        studio.shootAll(film);
        Person.Answer longer = ann.get(path);
        assertThat(width(longer.response().body())).isEqualTo(BASE_WIDTH);
        assertThat(frames(longer.response().body())).isEqualTo(72);
    }

    @Test
    void picturesAndLoopsAreRefinedWhereTheirFramesAre() throws IOException {
        String film = "/api/films/" + ann.refinedFilm("a red car", 64);
        String id = film.substring("/api/films/".length());
        studio.shootAll(id);
        String stillTag = ann.get(film + "/chunks/0/still.jpg").header("ETag").orElseThrow();
        assertThat(Studio.grey(ann.get(film + "/chunks/0/still.jpg").response().body())).isLessThan(Studio.BRIGHT - 10);
        studio.refine(id);

        assertThat(Studio.grey(ann.get(film + "/chunks/0/still.jpg", "If-None-Match", stillTag).response().body()))
                .isGreaterThan(Studio.BRIGHT - 10);
        assertThat(Studio.grey(ann.get(film + "/chunks/1/still.jpg").response().body())).isLessThan(Studio.BRIGHT - 10);
        Person.Answer picture = ann.get(film + "/frame.png?frame=3");
        assertThat(Studio.grey(picture.response().body())).isGreaterThan(Studio.BRIGHT - 10);
        assertThat(ImageIO.read(new ByteArrayInputStream(picture.response().body())).getWidth()).isEqualTo(REFINED_WIDTH);
        assertThat(Studio.grey(ann.get(film + "/frame.png?frame=20").response().body())).isLessThan(Studio.BRIGHT - 10);

        assertThat(bright(ann.get(film + "/film.gif?from=2&to=16"))).isTrue();
        Person.Answer mixed = ann.get(film + "/film.gif?from=2&to=17");
        assertThat(bright(mixed)).isFalse();
        studio.refine(id);
        Person.Answer refined = ann.get(film + "/film.gif?from=2&to=17", "If-None-Match", mixed.header("ETag").orElseThrow());
        assertThat(refined.status()).isEqualTo(200);
        assertThat(bright(refined)).isTrue();

        // The pictures near the end are others once the film goes on.
        studio.refineAll(id);
        String atTheEnd = ann.get(film + "/frame.png?frame=60").header("ETag").orElseThrow();
        ann.post(film + "/extend", new JsonObject().put("frames", 40));
        studio.shootAll(id);
        studio.refineAll(id);
        assertThat(ann.get(film + "/frame.png?frame=60", "If-None-Match", atTheEnd).status()).isEqualTo(200);
        assertThat(ann.get(film + "/frame.png?frame=3", "If-None-Match", picture.header("ETag").orElseThrow()).status())
                .isEqualTo(304);
    }

    private boolean bright(Person.Answer gif) throws IOException {
        assertThat(gif.status()).isEqualTo(200);
        return Studio.grey(gif.response().body()) > Studio.BRIGHT - 10;
    }

    private void tell(String film, int enhancedFrames, double eta) {
        Studio.await(studio.memory.events().append(new FilmId(film), FilmEvent.ENHANCING, new JsonObject()
                .put("enhancedFrames", enhancedFrames).put("framesDone", 48).put("frames", 48)
                .put("step", 1).put("steps", 2).put("fps", 9.5).put("etaSeconds", eta)));
    }

    private JsonObject enhancement(String film) {
        return ann.get("/api/films/" + film).json().getJsonObject("enhancement");
    }

    private Person.Answer turn(String film, boolean on) {
        Person.Answer answer = ann.put("/api/films/" + film + "/enhancement", new JsonObject().put("on", on));
        assertThat(answer.status()).isEqualTo(200);
        return answer;
    }

    private byte[] video(String film, String query) {
        return ann.get("/api/films/" + film + "/video.mp4" + query).response().body();
    }

    private int width(byte[] mp4) throws IOException {
        return look(mp4)[0];
    }

    private int frames(byte[] mp4) throws IOException {
        return look(mp4)[1];
    }

    /** Width and number of frames; fails if their size changes. */
    private int[] look(byte[] mp4) throws IOException {
        Path file = Files.write(folder.resolve("film.mp4"), mp4);
        try (FFmpegFrameGrabber grabber = new FFmpegFrameGrabber(file.toFile())) {
            grabber.start();
            int count = 0;
            int width = grabber.getImageWidth();
            for (Frame frame = grabber.grabImage(); frame != null; frame = grabber.grabImage()) {
                assertThat(frame.imageWidth).isEqualTo(width);
                count++;
            }
            return new int[] {width, count};
        }
    }
}
