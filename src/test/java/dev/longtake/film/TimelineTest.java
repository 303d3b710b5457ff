package dev.longtake.film;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class TimelineTest {

    private static final ChunkPlan PLAN = new ChunkPlan(16, 8);

    @Test
    void switchesAtTheFirstChunkThatStartsAtTheChange() {
        Timeline timeline = Timeline.of("sun").with(new PromptChange(24, "rain"));
        assertThat(timeline.at(0, PLAN).to()).isEqualTo("sun");
        assertThat(timeline.at(1, PLAN).to()).isEqualTo("sun");
        assertThat(timeline.at(2, PLAN)).isEqualTo(new PromptMix("sun", "rain", 1));
        assertThat(timeline.at(50, PLAN)).isEqualTo(new PromptMix("sun", "rain", 1));
    }

    @Test
    void fadesOverChunks() {
        Timeline timeline = Timeline.of("sun").with(new PromptChange(16, "rain", 4));
        assertThat(timeline.at(0, PLAN).weight()).isEqualTo(1);
        assertThat(timeline.at(1, PLAN)).isEqualTo(new PromptMix("sun", "rain", 0.25));
        assertThat(timeline.at(3, PLAN).weight()).isEqualTo(0.75);
        assertThat(timeline.at(4, PLAN).weight()).isEqualTo(1);
        assertThat(timeline.at(9, PLAN).weight()).isEqualTo(1);
    }

    @Test
    void fadesFromWhatWasSeen() {
        Timeline timeline = Timeline.of("sun").with(new PromptChange(17, "fog"))
                .with(new PromptChange(20, "rain", 2));
        assertThat(timeline.at(2, PLAN)).isEqualTo(new PromptMix("sun", "rain", 0.5));
    }

    @Test
    void tellsWhatIsSeenAndFromWhereOn() {
        Timeline timeline = Timeline.of("sun").with(new PromptChange(17, "fog")).with(new PromptChange(20, "rain", 2))
                .with(new PromptChange(25, "snow"));
        assertThat(timeline.seen(PLAN)).containsExactly(
                new PromptChange(0, "sun"), new PromptChange(24, "rain", 2), new PromptChange(32, "snow"));
    }

    @Test
    void differentTimelinesHaveDifferentVersions() {
        Timeline timeline = Timeline.of("sun").with(new PromptChange(16, "rain", 2));
        assertThat(List.of(
                        timeline,
                        Timeline.of("sun"),
                        Timeline.of("sun").with(new PromptChange(16, "rain")),
                        Timeline.of("sun").with(new PromptChange(17, "rain", 2)),
                        Timeline.of("sun").with(new PromptChange(16, "Rain", 2))))
                .extracting(Timeline::version).doesNotHaveDuplicates();
        assertThat(timeline.version()).isEqualTo("ced274c4201bcba5");
        assertThat(new Timeline(timeline.changes()).version()).as("in every process").isEqualTo(timeline.version());
    }

    @Test
    void readsAPromptThatGoesOnTogetherWithItsScene() {
        Timeline timeline = Timeline.of("a car at night")
                .with(new PromptChange(16, "Now it snows"))
                .with(new PromptChange(24, "then the sun rises", 2))
                .with(new PromptChange(40, "and it stops"))
                .with(new PromptChange(48, "nowhere to go for a fish"))
                .with(new PromptChange(56, "it swims"));
        assertThat(timeline.scenes()).containsExactly(
                "a car at night",
                "a car at night, Now it snows",
                "a car at night, Now it snows, then the sun rises",
                "a car at night, then the sun rises, and it stops",
                "nowhere to go for a fish",
                "nowhere to go for a fish, it swims");
        assertThat(timeline.at(2, PLAN)).isEqualTo(new PromptMix(
                "a car at night, Now it snows", "a car at night, Now it snows, then the sun rises", 0.5));
    }

    @Test
    void tellsAChangeFromANewScene() {
        assertThat(List.of("now the sun rises", "The sun rises", "it starts to snow", "night falls", "in the desert"))
                .allMatch(prompt -> new PromptChange(8, prompt).goesOn());
        assertThat(List.of("a cat in the desert", "two cats", "snowy night, little car", "italian village", "夜"))
                .noneMatch(prompt -> new PromptChange(8, prompt).goesOn());
    }

    @Test
    void keepsTheOrderOfTheFilm() {
        Timeline timeline = Timeline.of("a").with(new PromptChange(40, "c")).with(new PromptChange(16, "b"));
        assertThat(timeline.changes()).extracting(PromptChange::prompt).containsExactly("a", "b", "c");
        assertThat(timeline.with(new PromptChange(16, "d")).changes())
                .extracting(PromptChange::prompt).containsExactly("a", "d", "c");
    }

    @Test
    void startsAtTheFirstFrame() {
        assertThatThrownBy(() -> new Timeline(List.of())).isInstanceOf(InvalidFieldException.class);
        assertThatThrownBy(() -> new Timeline(List.of(new PromptChange(8, "late"))))
                .isInstanceOf(InvalidFieldException.class).hasMessageContaining("with one at frame 0");
        assertThatThrownBy(() -> new Timeline(List.of(new PromptChange(0, "a"), new PromptChange(0, "b"))))
                .isInstanceOf(InvalidFieldException.class).hasMessageContaining("different frames");
    }
}
