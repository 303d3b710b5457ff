package dev.longtake.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.longtake.film.ChunkPlan;
import dev.longtake.film.InvalidFieldException;
import dev.longtake.film.VideoFrames;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** Each measure that needs no judge, on a made-up film with a known answer. */
class FilmScorerTest {

    private static final int WIDTH = 96;
    private static final int HEIGHT = 64;
    private static final Path MAPS = Path.of("/proc/self/maps");

    @Test
    void findsAPlantedCutAndNothingElse() {
        FilmScores scores = score(60, frame -> {
            long shot = frame < 20 ? 1 : frame < 26 ? 2 : 3;
            // From 40 on, the picture turns into another one within ten frames.
            return frame < 40
                    ? paint(Waves.picture(shot).moved(frame, 0).reddened(shot == 1 ? 0 : 90))
                    : mixed(paint(Waves.picture(3).moved(frame, 0).reddened(90)),
                            paint(Waves.picture(5).moved(frame, 0).reddened(-80)), Math.min(1, (frame - 40) / 10.0));
        });

        assertThat(scores.cuts()).as("the one at 26 comes too early, the rest is a fade").containsExactly(20);
        assertThat(scores.series().content()).hasSize(59);
        assertThat(scores.series().content().get(19)).as("into the new shot").isGreaterThan(30);
        assertThat(scores.series().content().get(25)).as("into the one that is too short").isGreaterThan(15);
    }

    /**
     * The expected values come from a script of its own: frames by the same formula in numpy, cv2.cvtColor
     * (opencv-python-headless 4.14) to HSV, np.abs(hsv[i] - hsv[i - 1]).mean(). An HSV written in numpy agrees to 0.02.
     */
    @Test
    void measuresContentAsTheReferenceDoes() {
        FilmScores scores = score(30, frame -> {
            int shot = frame >= 20 ? 100 : 0;
            byte[] rgb = new byte[6 * 8 * 3];
            for (int y = 0, at = 0; y < 6; y++) {
                for (int x = 0; x < 8; x++) {
                    rgb[at++] = (byte) (x * 29 + y * 17 + frame * 3 + shot);
                    rgb[at++] = (byte) (x * 11 + y * 37 + frame * 5 + 2 * shot);
                    rgb[at++] = (byte) (x * 23 + y * 7 + frame * 2 + shot / 2);
                }
            }
            return new VideoFrames(1, 6, 8, rgb);
        });

        assertThat(scores.series().content().subList(0, 5)).containsExactly(7.139, 3.917, 2.528, 6.910, 4.007);
        assertThat(scores.series().content().subList(17, 22)).containsExactly(8.264, 3.694, 61.403, 3.396, 5.701);
        assertThat(scores.cuts()).as("adaptive ratio 11.66").containsExactly(20);
    }

    @Test
    void weighsHueSaturationAndValueAlike() {
        // Red to yellow: hue 0 to 30. Black to white: value 0 to 255.
        FilmScores scores = score(3, frame -> filled(new int[][] {{255, 0, 0}, {255, 255, 0}, {0, 0, 0}}[frame]));

        assertThat(scores.series().content()).containsExactly(30 / 3.0, (30 + 255 + 255) / 3.0);
    }

    @Test
    void measuresAKnownShift() {
        FilmScores scores = score(8, frame -> paint(Waves.picture(7).moved(3 * frame, frame)));
        FilmScores jumpy = score(8, frame -> paint(Waves.picture(7 + frame % 2).moved(3 * frame, frame)));

        // A little is lost at two edges, where what comes in was nowhere before.
        assertThat(scores.meanFlow()).isEqualTo(Math.sqrt(10), within(0.1));
        assertThat(scores.meanSquaredFlow()).isEqualTo(10, within(0.5));
        assertThat(scores.series().flow()).hasSize(7).allSatisfy(flow ->
                assertThat(flow).isEqualTo(Math.sqrt(10), within(0.15)));
        assertThat(scores.mawe()).as("all is where the flow takes it").isLessThan(0.05);
        assertThat(jumpy.mawe()).as("nothing is").isGreaterThan(10 * scores.mawe());
        assertThat(scores.maweAsPrinted()).isLessThan(scores.mawe());
        assertThat(scores.stillPairs()).isZero();
        assertThat(scores.cuts()).isEmpty();
    }

    @Test
    void divisionByNoMotionIsNoNumber() throws Exception {
        FilmScores scores = score(6, frame -> paint(Waves.picture(1)));

        assertThat(scores.meanFlow()).isZero();
        assertThat(scores.stillPairs()).isEqualTo(5);
        assertThat(scores.mawe()).isNull();
        assertThat(scores.maweAsPrinted()).isNull();
        assertThat(new ObjectMapper().writeValueAsString(scores)).doesNotContain("NaN").doesNotContain("Infinity");
    }

    @Test
    void seesAFilmGoStaleAndBlurryAndRed() throws Exception {
        FilmScores scores = score(160, frame -> paint(frame < 80
                ? Waves.picture(4).moved(2 * frame, 0)
                : Waves.picture(4).moved(160, 0).blurred(4).reddened(22)));

        assertThat(scores.motion().first()).isEqualTo(2, within(0.05));
        assertThat(scores.motion().last()).isZero();
        assertThat(scores.motion().stagnation()).isZero();
        double before = laplacianDeviation(Waves.picture(4).paint(WIDTH, HEIGHT));
        double after = laplacianDeviation(Waves.picture(4).moved(160, 0).blurred(4).paint(WIDTH, HEIGHT));
        assertThat(scores.drift().last().sharpness()).isEqualTo(after, within(0.1));
        assertThat(scores.drift().sharpness()).isEqualTo(after / before, within(0.1)).isLessThan(0.8);
        assertThat(scores.drift().colour()).as("red by 22 of 110").isEqualTo(1.2, within(0.02));
        assertThat(scores.drift().colourDeviation()).isBetween(0.5, 0.95);
        assertThat(scores.drift().accuracy()).as("nobody judged").isNull();

        ObjectMapper json = new ObjectMapper();
        assertThat(json.readValue(json.writeValueAsString(scores), FilmScores.class)).isEqualTo(scores);
    }

    @Test
    void seesNoDriftInAFilmThatEndsAsItBegan() {
        // What is between the first and the last 80 frames doesn't matter.
        FilmScores scores = score(165, frame -> paint(frame >= 80 && frame < 85
                ? Waves.picture(5)
                : Waves.picture(4).moved(2 * (frame % 85), 0)));

        assertThat(scores.motion().stagnation()).isEqualTo(1, within(1e-9));
        assertThat(scores.drift().sharpness()).isEqualTo(1, within(1e-9));
        assertThat(scores.drift().colour()).isEqualTo(1, within(1e-9));
        assertThat(scores.drift().colourDeviation()).isEqualTo(1, within(1e-9));
    }

    @Test
    void tellsSeamsFromMotion() {
        List<Integer> borders = List.of(16, 24, 32, 40);
        FilmScores seamless = score(new ChunkPlan(16, 8), 44, frame -> paint(Waves.picture(9).moved(frame, 0)));
        FilmScores torn = score(new ChunkPlan(16, 8), 44, frame -> paint(Waves.picture(9).moved(
                frame + 3 * borders.stream().filter(border -> border <= frame).count(), 0)));

        assertThat(seamless.seam().flow()).isEqualTo(1, within(0.05));
        assertThat(seamless.seam().pixels()).isEqualTo(1, within(0.1));
        assertThat(torn.seam().flowAtBorders()).isEqualTo(4, within(0.1));
        assertThat(torn.seam().flowInside()).isEqualTo(1, within(0.05));
        assertThat(torn.seam().flow()).isEqualTo(4, within(0.2));
        assertThat(torn.seam().pixelsInside()).isEqualTo(seamless.seam().pixelsInside(), within(0.5));
        assertThat(torn.seam().pixels()).isGreaterThan(2);
    }

    @Test
    void shortFilmsHaveFewNumbers() {
        FilmScores none = score(new ChunkPlan(16, 8), 0, frame -> null);
        assertThat(none.frames()).isZero();
        assertThat(none.meanFlow()).isNull();

        FilmScores one = score(new ChunkPlan(16, 8), 1, frame -> paint(Waves.picture(1)));
        assertThat(one.frames()).isEqualTo(1);
        assertThat(one.cuts()).isEmpty();
        assertThat(one.meanFlow()).isNull();
        assertThat(one.mawe()).isNull();
        assertThat(one.motion()).isNull();
        assertThat(one.drift()).isNull();
        assertThat(one.seam()).isNull();
        assertThat(one.identity()).isNull();
        assertThat(one.promptFit()).isNull();
        assertThat(one.series().flow()).isEmpty();
    }

    @Test
    void refusesFramesOfAnotherSize() {
        try (FilmScorer scorer = new FilmScorer(Optional.empty(), List.of(), Optional.empty())) {
            scorer.accept(Waves.picture(1).paint(32, 24));
            assertThatThrownBy(() -> scorer.accept(Waves.picture(1).paint(32, 32)))
                    .isInstanceOf(InvalidFieldException.class)
                    .hasMessage("frames must be 32x24 like those before, but was \"32x32\"");
        }
    }

    @Test
    void needsNoWindows() throws Exception {
        assumeTrue(Files.isReadable(MAPS), "Linux only");
        score(2, frame -> paint(Waves.picture(frame)));

        String libraries = Files.readString(MAPS);
        assertThat(libraries.contains("libopencv_video.so")).isTrue();
        // Where there is GTK, OpenCV's own library comes along; where there is none, Java's side of it would be fatal.
        assertThat(libraries.contains("libjniopencv_highgui")).as("a server has no GTK").isFalse();
    }

    private static FilmScores score(int frames, IntFunction<VideoFrames> film) {
        return score(Optional.empty(), frames, film);
    }

    private static FilmScores score(ChunkPlan plan, int frames, IntFunction<VideoFrames> film) {
        return score(Optional.of(plan), frames, film);
    }

    private static FilmScores score(Optional<ChunkPlan> plan, int frames, IntFunction<VideoFrames> film) {
        try (FilmScorer scorer = new FilmScorer(Optional.empty(), List.of(), plan)) {
            for (int frame = 0; frame < frames; frame++) {
                scorer.accept(film.apply(frame));
            }
            return scorer.scores();
        }
    }

    private static VideoFrames paint(Waves waves) {
        return waves.paint(WIDTH, HEIGHT);
    }

    private static VideoFrames filled(int[] colour) {
        byte[] rgb = new byte[WIDTH * HEIGHT * 3];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) colour[i % 3];
        }
        return new VideoFrames(1, HEIGHT, WIDTH, rgb);
    }

    private static VideoFrames mixed(VideoFrames a, VideoFrames b, double share) {
        byte[] rgb = new byte[a.rgb().length];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) Math.round(
                    (1 - share) * Byte.toUnsignedInt(a.rgb()[i]) + share * Byte.toUnsignedInt(b.rgb()[i]));
        }
        return new VideoFrames(1, a.height(), a.width(), rgb);
    }

    /** Sharpness by its definition, edges mirrored without being doubled. */
    private static double laplacianDeviation(VideoFrames frame) {
        int width = frame.width();
        int height = frame.height();
        double sum = 0;
        double squares = 0;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                double value = luma(frame, Math.abs(x - 1), y) + luma(frame, x, Math.abs(y - 1))
                        + luma(frame, width - 1 - Math.abs(width - 2 - x), y)
                        + luma(frame, x, height - 1 - Math.abs(height - 2 - y)) - 4 * luma(frame, x, y);
                sum += value;
                squares += value * value;
            }
        }
        int area = width * height;
        return Math.sqrt(squares / area - sum / area * (sum / area));
    }

    private static double luma(VideoFrames frame, int x, int y) {
        int at = (y * frame.width() + x) * 3;
        return Math.round(0.299 * Byte.toUnsignedInt(frame.rgb()[at])
                + 0.587 * Byte.toUnsignedInt(frame.rgb()[at + 1]) + 0.114 * Byte.toUnsignedInt(frame.rgb()[at + 2]));
    }
}
