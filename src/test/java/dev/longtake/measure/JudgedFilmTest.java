package dev.longtake.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.longtake.film.ChunkPlan;
import dev.longtake.film.InvalidFieldException;
import dev.longtake.film.VideoFrames;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Each measure that needs a judge, with the storybook's judge on the storybook's pictures. */
class JudgedFilmTest {

    private static final Map<String, String> PENGUIN_STILL_PICTURE = without(Scenes.PENGUIN, "action");

    private static Judge judge;
    private static VideoFrames car;
    private static VideoFrames penguin;

    @BeforeAll
    static void open() throws Exception {
        judge = new Judge(Path.of("models/storybook-judge"));
        car = Scenes.car();
        penguin = Scenes.penguin();
    }

    @AfterAll
    static void close() throws Exception {
        judge.close();
    }

    @Test
    void countsWhatIsRightByKindAndTogether() {
        Map<String, String> nearly = new HashMap<>(Scenes.CAR);
        nearly.put("weather", "rain");

        FilmScores right = score(car.slice(0, 12), new Segment(0, Scenes.CAR));
        FilmScores wrong = score(car.slice(0, 12), new Segment(0, nearly));

        assertThat(right.promptFit().judged()).containsOnlyKeys("actor", "place", "time", "weather", "action", "all")
                .allSatisfy((kind, frames) -> assertThat(frames).isEqualTo(12));
        assertThat(right.promptFit().right()).isEqualTo(right.promptFit().judged());
        assertThat(right.series().hits()).isEqualTo(Collections.nCopies(12, true));
        assertThat(wrong.promptFit().share("weather")).isZero();
        assertThat(wrong.promptFit().share("action")).isEqualTo(1);
        assertThat(wrong.promptFit().share(PromptFit.ALL)).isZero();
        assertThat(wrong.series().hits()).isEqualTo(Collections.nCopies(12, false));
    }

    @Test
    void judgesOnlyWhatIsAsked() {
        FilmScores place = score(car.slice(0, 3), new Segment(0, Map.of("place", "city")));
        assertThat(place.promptFit()).isEqualTo(
                new PromptFit(3, Map.of("place", 3, "all", 3), Map.of("place", 3, "all", 3)));

        FilmScores nothing = score(car.slice(0, 3));
        assertThat(nothing.promptFit()).isNull();
        assertThat(nothing.segments()).isEmpty();
        assertThat(nothing.series().hits()).isEmpty();
        assertThat(nothing.identity().actor()).isEqualTo("red car");
    }

    @Test
    void takesEightFramesToJudgeAnAction() throws Exception {
        FilmScores scores = score(car.slice(0, 7), new Segment(0, Scenes.CAR));

        assertThat(scores.promptFit().judged()).doesNotContainKeys("action", PromptFit.ALL).containsEntry("actor", 7);
        assertThat(scores.series().hits()).isEqualTo(Collections.nCopies(7, null));
        assertThat(scores.drift()).isNull();
        ObjectMapper json = new ObjectMapper();
        assertThat(json.readValue(json.writeValueAsString(scores), FilmScores.class)).isEqualTo(scores);
    }

    @Test
    void judgesTheActionWithinItsSegment() {
        // Eleven frames of the car: one clip, and three frames that have the last eight's action. Then the penguin.
        FilmScores scores = score(Scenes.film(car.slice(0, 11), penguin.slice(0, 9), car.slice(0, 5)),
                new Segment(0, Scenes.CAR), new Segment(11, Scenes.PENGUIN), new Segment(20, Scenes.CAR));

        assertThat(scores.segments().get(0).fit().right()).containsEntry("action", 11);
        assertThat(scores.segments().get(1).fit().right()).containsEntry("action", 9);
        assertThat(scores.segments().get(2).fit().judged()).as("too short").doesNotContainKey("action");
        assertThat(scores.promptFit().judged()).containsEntry("action", 20).containsEntry("actor", 25);
        assertThat(scores.promptFit().right()).containsEntry(PromptFit.ALL, 20);
    }

    @Test
    void countsTheFramesUntilAChangeShows() {
        // Asked for at 20, the penguin comes at 24; asked for again at 40, the car never comes.
        FilmScores scores = score(Scenes.film(Scenes.again(car, 24), Scenes.again(penguin, 24)),
                new Segment(0, Scenes.CAR), new Segment(20, PENGUIN_STILL_PICTURE),
                new Segment(40, Map.of("actor", "red car", "place", "forest")), new Segment(100, Scenes.CAR));

        assertThat(scores.segments()).as("the film ends before the fourth").hasSize(3);
        SegmentScores first = scores.segments().get(0);
        assertThat(first.changed()).isEmpty();
        assertThat(first.switchFrames()).isNull();
        SegmentScores second = scores.segments().get(1);
        assertThat(second.changed()).containsExactlyInAnyOrder("actor", "place", "time", "weather");
        assertThat(second.switchFrames()).isEqualTo(4);
        assertThat(second.fit().judged()).containsEntry("actor", 20);
        assertThat(second.fit().right()).containsEntry("actor", 16);
        SegmentScores third = scores.segments().get(2);
        assertThat(third.changed()).as("the forest is there already").containsExactly("actor");
        assertThat(third.switchFrames()).as("never").isNull();
        assertThat(scores.series().hits().subList(19, 25)).containsExactly(true, false, false, false, false, true);
    }

    @Test
    void aFlashIsNoChange() {
        FilmScores flash = score(
                Scenes.film(car.slice(0, 8), penguin.slice(0, 3), car.slice(0, 2), penguin.slice(0, 5)),
                new Segment(0, Scenes.CAR), new Segment(8, PENGUIN_STILL_PICTURE));
        FilmScores atOnce = score(Scenes.film(car.slice(0, 8), penguin.slice(0, 4)),
                new Segment(0, Scenes.CAR), new Segment(8, PENGUIN_STILL_PICTURE));
        FilmScores tooLate = score(Scenes.film(car.slice(0, 9), penguin.slice(0, 3)),
                new Segment(0, Scenes.CAR), new Segment(8, PENGUIN_STILL_PICTURE));

        assertThat(flash.segments().get(1).switchFrames()).isEqualTo(5);
        assertThat(atOnce.segments().get(1).switchFrames()).isZero();
        assertThat(tooLate.segments().get(1).switchFrames()).as("not four frames").isNull();
    }

    @Test
    void anActionShowsFromItsClipOn() {
        FilmScores scores = score(Scenes.film(car.slice(0, 8), car.slice(8, 16), penguin),
                new Segment(0, Scenes.CAR), new Segment(8, Map.of("action", "jumps")));

        assertThat(scores.segments().get(1).switchFrames()).isEqualTo(8);
    }

    @Test
    void remembersTheActorOfTheFirstChunk() {
        VideoFrames film = Scenes.film(Scenes.again(car, 75), Scenes.again(penguin, 25));
        FilmScores lost = score(film);
        FilmScores asked = score(film, new Segment(0, Scenes.CAR), new Segment(75, Map.of("actor", "penguin")));

        assertThat(lost.identity().actor()).isEqualTo("red car");
        assertThat(lost.identity().share()).isEqualTo(0.75);
        assertThat(lost.identity().windows()).containsExactly(75 / 80.0, 0.0);
        assertThat(asked.identity().share()).as("up to where another one is wanted").isEqualTo(1);
        assertThat(asked.identity().windows()).containsExactly(1.0);
        FilmScores few = score(Scenes.film(penguin.slice(0, 5), car.slice(0, 11), penguin.slice(0, 4)));
        assertThat(few.identity().actor()).as("most of the first chunk").isEqualTo("red car");
        assertThat(few.identity().share()).isEqualTo(11 / 20.0);
    }

    @Test
    void seesAccuracyDrift() {
        FilmScores scores = score(Scenes.film(Scenes.again(car, 120), Scenes.again(penguin, 40)),
                new Segment(0, without(Scenes.CAR, "action")));

        assertThat(scores.drift().first().accuracy()).isEqualTo(1);
        assertThat(scores.drift().last().accuracy()).isEqualTo(0.5, within(1e-12));
        assertThat(scores.drift().accuracy()).isEqualTo(0.5, within(1e-12));
    }

    @Test
    void doesNotMindHowTheFramesComeInNorHowLargeTheyAre() {
        VideoFrames film = Scenes.film(car.slice(0, 11), penguin.slice(0, 13));
        List<Segment> segments = List.of(new Segment(0, Scenes.CAR), new Segment(11, Scenes.PENGUIN));
        try (FilmScorer pieces = scorer(segments); FilmScorer large = scorer(segments)) {
            for (int from = 0; from < 24; from += 5) {
                pieces.accept(film.slice(from, Math.min(24, from + 5)));
                pieces.scores();
            }
            large.accept(Scenes.twice(film));

            FilmScores whole = score(film, segments.toArray(Segment[]::new));
            assertThat(pieces.scores()).isEqualTo(whole);
            assertThat(large.scores().promptFit()).isEqualTo(whole.promptFit());
            assertThat(whole.promptFit().share(PromptFit.ALL)).isEqualTo(1);
        }
    }

    @Test
    void refusesSegmentsThatMakeNoSense() {
        assertRefused("segments[0].fromFrame must be 0, but was 3", new Segment(3, Map.of()));
        assertRefused("segments[1].fromFrame must be above 0, where the segment before begins, but was 0",
                new Segment(0, Map.of()), new Segment(0, Map.of()));
        assertRefused("segments[0].expected must be made of [action, actor, place, time, weather], but was \"mood\"",
                new Segment(0, Map.of("mood", "glad")));
        assertRefused("segments[0].expected.time must be one of [day, sunset, night], but was \"noon\"",
                new Segment(0, Map.of("time", "noon")));
    }

    private static void assertRefused(String message, Segment... segments) {
        assertThatThrownBy(() -> scorer(List.of(segments)))
                .isInstanceOf(InvalidFieldException.class)
                .hasMessage(message);
    }

    private static FilmScores score(VideoFrames film, Segment... segments) {
        try (FilmScorer scorer = scorer(List.of(segments))) {
            scorer.accept(film);
            return scorer.scores();
        }
    }

    private static FilmScorer scorer(List<Segment> segments) {
        return new FilmScorer(Optional.of(judge), segments, Optional.of(new ChunkPlan(16, 8)));
    }

    private static Map<String, String> without(Map<String, String> expected, String kind) {
        Map<String, String> rest = new HashMap<>(expected);
        rest.remove(kind);
        return Map.copyOf(rest);
    }
}
