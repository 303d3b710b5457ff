package dev.longtake.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.longtake.film.InvalidFieldException;
import dev.longtake.film.VideoFrames;
import dev.longtake.media.Footage.Decoded;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ChunkEncoderTest {

    private static final double VISIBLY_THE_SAME = 3;

    private final ChunkEncoder encoder = new ChunkEncoder(Footage.FORMAT);

    @Test
    void segmentsOfOneFilmPlayOneAfterTheOther() throws IOException {
        MediaSegment first = encoder.encode(Footage.frames(0, 16), 0);
        MediaSegment second = encoder.encode(Footage.frames(16, 8), 16);
        MediaSegment third = encoder.encode(Footage.frames(24, 1), 24);

        Decoded film = Footage.decode(join(first.init(), first.media(), second.media(), third.media()));

        assertThat(film.micros()).hasSize(25);
        assertThat(film.fps()).isEqualTo(8, within(0.001));
        for (int i = 0; i < 25; i++) {
            assertThat(film.micros().get(i)).isEqualTo(i * 125_000L);
            assertThat(film.keyframes().get(i)).as("frame %d is a keyframe", i).isEqualTo(i == 0 || i == 16 || i == 24);
            assertThat(Footage.difference(film.pictures().get(i), Footage.frames(i, 1).rgb()))
                    .as("difference of frame %d", i)
                    .isLessThan(VISIBLY_THE_SAME);
        }
    }

    @Test
    void everySegmentOfAFilmHasTheSameInit() {
        byte[] init = encoder.encode(Footage.frames(0, 16), 0).init();
        assertThat(encoder.encode(Footage.frames(16, 8), 16).init()).isEqualTo(init);
        assertThat(encoder.encode(Footage.frames(400, 3), 400).init()).isEqualTo(init);
        assertThat(boxes(init)).containsExactly("ftyp", "moov");
        assertThat(new String(init, StandardCharsets.ISO_8859_1)).contains("avc1").contains("Made by AI");
    }

    @Test
    void aSegmentIsOneFragmentThatKnowsItsTime() {
        byte[] media = encoder.encode(Footage.frames(16, 8), 1_000_000).media();
        assertThat(boxes(media)).containsExactly("moof", "mdat");
        int tfdt = new String(media, StandardCharsets.ISO_8859_1).indexOf("tfdt");
        assertThat(media[tfdt + 4]).as("version with 64 bits").isEqualTo((byte) 1);
        // The muxer doubles the time scale of 8 until it is at least 10,000.
        assertThat(ByteBuffer.wrap(media).getLong(tfdt + 8)).isEqualTo(1_000_000L * 16384 / 8);
    }

    @Test
    void theSameFramesGiveTheSameBytes() {
        MediaSegment once = encoder.encode(Footage.frames(16, 8), 16);
        MediaSegment again = new ChunkEncoder(Footage.FORMAT).encode(Footage.frames(16, 8), 16);
        assertThat(again.media()).isEqualTo(once.media());
    }

    @Test
    void evenNoiseIsAFilm() throws IOException {
        VideoFormat format = new VideoFormat(64, 64, 8);
        byte[] rgb = new byte[16 * 64 * 64 * 3];
        new Random(1).nextBytes(rgb);
        MediaSegment calm = new ChunkEncoder(format).encode(new VideoFrames(16, 64, 64, new byte[rgb.length]), 0);
        MediaSegment wild = new ChunkEncoder(format).encode(new VideoFrames(16, 64, 64, rgb), 16);
        assertThat(wild.init()).isEqualTo(calm.init());
        assertThat(Footage.decode(join(calm.init(), calm.media(), wild.media())).pictures()).hasSize(32);
    }

    @Test
    void refusesWhatItCannotEncode() {
        assertThatThrownBy(() -> new VideoFormat(65, 64, 8))
                .isInstanceOf(InvalidFieldException.class)
                .hasMessage("video.width must be even, 16 to 4096, but was 65");
        assertThatThrownBy(() -> new ChunkEncoder(new VideoFormat(32, 32, 8)).encode(Footage.frames(0, 1), 0))
                .isInstanceOf(MediaException.class)
                .hasMessage("frames must be 32x32, but are 64x48");
        assertThatThrownBy(() -> encoder.encode(Footage.frames(0, 0), 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aMissingCodecIsAnError() {
        assertThatThrownBy(() -> FFmpeg.encoder("libx264"))
                .isInstanceOf(MediaException.class)
                .hasMessage("this FFmpeg has no encoder \"libx264\"");
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    /** Types of the outermost MP4 boxes. */
    static List<String> boxes(byte[] mp4) {
        List<String> types = new ArrayList<>();
        ByteBuffer buffer = ByteBuffer.wrap(mp4);
        for (int at = 0; at < mp4.length; at += buffer.getInt(at)) {
            types.add(new String(mp4, at + 4, 4, StandardCharsets.ISO_8859_1));
        }
        return types;
    }
}
