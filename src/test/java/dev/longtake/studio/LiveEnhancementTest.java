package dev.longtake.studio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.longtake.film.FilmId;
import dev.longtake.memory.FilmEvent;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Watching a film while it is made and refined. */
@ExtendWith(SharedStudio.class)
class LiveEnhancementTest {

    private final Studio studio;
    private final Person ann;
    private Watcher watcher;

    LiveEnhancementTest(Studio studio) {
        this.studio = studio;
        ann = studio.stranger();
    }

    @AfterEach
    void stopWatching() {
        if (watcher != null) {
            watcher.close();
        }
    }

    @Test
    void whatIsMadeComesAtOnceAndAgainOnceItIsRefined() {
        String film = ann.refinedFilm("a red car", 64);
        watcher = watch(film, "");
        studio.shootAll(film);
        came("i 0 1 2 3 4 5 6");
        studio.refine(film);
        came("i 0 1 2 3 4 5 6 i* 0*");
        studio.refine(film);
        came("i 0 1 2 3 4 5 6 i* 0* 1* 2*");
        studio.refineAll(film);
        came("i 0 1 2 3 4 5 6 i* 0* 1* 2* 3* 4* 5* 6*");

        JsonObject news = watcher.events("enhanced").get(1);
        assertThat(news.getInteger("firstChunk")).isEqualTo(1);
        assertThat(news.getInteger("chunks")).isEqualTo(2);
        assertThat(news.getInteger("firstFrame")).isEqualTo(16);
        assertThat(news.getInteger("frames")).isEqualTo(16);
        assertThat(news.getInteger("enhancedFrames")).isEqualTo(32);
        await().until(() -> lastFilm().getJsonObject("enhancement").getString("state").equals("done"));
        Watcher.Media again = watcher.media.get(watcher.media.size() - 1);
        assertThat(again.firstFrame()).isEqualTo(56);
        assertThat(again.frameCount()).isEqualTo(8);
        assertThat(again.payload()).isEqualTo(Studio.await(
                studio.memory.films().enhancedSegment(new FilmId(film), 6)).orElseThrow().getBytes());
    }

    @Test
    void whoJoinsGetsEachChunkOnceInTheBestRendition() {
        String film = ann.refinedFilm("a red car", 80);
        studio.shoot(film);
        studio.shoot(film);
        studio.shoot(film);
        studio.shoot(film);
        studio.refine(film);

        watcher = watch(film, "");
        came("i* 0* i 1 2 3");
        studio.shootAll(film);
        came("i* 0* i 1 2 3 4 5 6 7 8");
        watcher.say(new JsonObject().put("seek", 0));
        came("i* 0* i 1 2 3 4 5 6 7 8 i* 0* i 1 2 3 4 5 6 7 8");
    }

    @Test
    void whoComesBackIsSentWhatWasRefinedMeanwhile() {
        String film = ann.refinedFilm("a red car", 64);
        studio.shootAll(film);
        studio.refine(film);
        studio.refine(film);

        watcher = watch(film, "?chunk=6&plain=1");
        came("i 6 i* 1* 2*");
        assertThat(ann.get("/api/films/" + film + "/live?chunk=2147483647&plain=0").status()).isEqualTo(426);
    }

    @Test
    void whoDoesNotKeepUpSkipsWhatIsRefinedByNow() {
        String film = ann.refinedFilm("a red car", 96);
        studio.shootAll(film);
        watcher = Watcher.open(studio.vertx, ann, live(film, ""), false);
        came("i 0 1 2 3");
        studio.refineAll(film);
        came("i 0 1 2 3 i* 0* 1* 2* 3*");

        watcher.say(new JsonObject().put("ack", 3));
        came("i 0 1 2 3 i* 0* 1* 2* 3* 4* 5* 6* 7*");
        assertThat(watcher.media.stream().filter(one -> one.kind() == MediaMessage.SEGMENT && one.rendition() == 0))
                .as("as they were made").hasSize(SegmentPump.WINDOW);
    }

    @Test
    void noMoreThanAFewAreSentAgainBeforeTheyAreAcknowledged() {
        String film = ann.refinedFilm("a red car", 96);
        studio.shootAll(film);
        watcher = watch(film, "");
        came("i 0 1 2 3 4 5 6 7 8 9 10");
        watcher.acknowledges = false;
        studio.refineAll(film);
        came("i 0 1 2 3 4 5 6 7 8 9 10 i* 0* 1* 2* 3*");
        watcher.say(new JsonObject().put("ack", 1));
        came("i 0 1 2 3 4 5 6 7 8 9 10 i* 0* 1* 2* 3* 4* 5*");
    }

    @Test
    void whatWasRefinedUpToTheEndComesAnewOnceTheFilmGoesOn() {
        String film = ann.refinedFilm("a red car", 21);
        watcher = watch(film, "");
        studio.shootAll(film);
        came("i 0 1");
        studio.refineAll(film);
        came("i 0 1 i* 0* 1*");

        ann.post("/api/films/" + film + "/extend", new JsonObject().put("frames", 27));
        studio.shootAll(film);
        // The chunk that was shown in part comes at once, the first one only when it is refined anew.
        came("i 0 1 i* 0* 1* i 1 2 3 4");
        studio.refine(film);
        came("i 0 1 i* 0* 1* i 1 2 3 4 i* 0*");
        studio.refineAll(film);
        came("i 0 1 i* 0* 1* i 1 2 3 4 i* 0* 1* 2* 3* 4*");
        assertThat(watcher.events("chunk").get(2).getInteger("enhancedFrames")).isZero();
    }

    @Test
    void whatIsTurnedOffComesAsItWasMadeAndTurnedOnLaterComesRefined() {
        String film = ann.film("a red car", 24);
        studio.shootAll(film);
        watcher = watch(film, "");
        came("i 0 1");
        assertThat(lastFilm().containsKey("enhancement")).isFalse();
        turn(film, true);
        await().until(() -> lastFilm().containsKey("enhancement"));
        studio.refineAll(film);
        came("i 0 1 i* 0* 1*");
        turn(film, false);
        came("i 0 1 i* 0* 1* i 0 1");
        await().until(() -> !lastFilm().containsKey("enhancement"));
        turn(film, true);
        studio.refineAll(film);
        came("i 0 1 i* 0* 1* i 0 1 i* 0* 1*");
    }

    @Test
    void progressIsPassedOnAndAFriendSeesTheSame() {
        String film = ann.refinedFilm("a red car", 48);
        String token = ann.post("/api/films/" + film + "/shares").json().getString("token");
        watcher = Watcher.open(studio.vertx, studio.stranger(), "/v/" + token + "/live", true);
        studio.shootAll(film);
        Studio.await(studio.memory.events().append(new FilmId(film), FilmEvent.ENHANCING, new JsonObject()
                .put("enhancedFrames", 0).put("framesDone", 48).put("frames", 48).put("step", 1).put("steps", 2)
                .put("fps", 9.5).put("etaSeconds", 5.0)));
        await().until(() -> !watcher.events("enhancing").isEmpty());
        assertThat(watcher.events("enhancing").get(0).getDouble("etaSeconds")).isEqualTo(5.0);
        studio.refineAll(film);
        came("i 0 1 2 3 4 i* 0* 1* 2* 3* 4*");
        await().until(() -> lastFilm().getJsonObject("enhancement").getString("state").equals("done"));
    }

    private void turn(String film, boolean on) {
        assertThat(ann.put("/api/films/" + film + "/enhancement", new JsonObject().put("on", on)).status()).isEqualTo(200);
    }

    private void came(String renditions) {
        await().untilAsserted(() -> assertThat(watcher.renditions()).isEqualTo(renditions));
    }

    private JsonObject lastFilm() {
        var states = watcher.events("state");
        return states.get(states.size() - 1).getJsonObject("film");
    }

    private Watcher watch(String film, String query) {
        return Watcher.open(studio.vertx, ann, live(film, query), true);
    }

    private static String live(String film, String query) {
        return "/api/films/" + film + "/live" + query;
    }
}
