package dev.longtake.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.longtake.film.VideoFrames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilmReaderTest {

    @TempDir
    Path directory;

    @Test
    void readsWhatWasWritten() throws IOException {
        Path file = directory.resolve("film.mp4");
        VideoFormat format = new VideoFormat(130, 48, 8);
        VideoFrames grey = grey(20, 130, 48);
        try (FilmWriter writer = new FilmWriter(file, format)) {
            writer.write(grey);
            writer.finish();
        }
        try (FilmReader reader = new FilmReader(file)) {
            assertThat(reader.width()).isEqualTo(130);
            assertThat(reader.height()).isEqualTo(48);
            assertThat(reader.fps()).isEqualTo(8);
            List<Integer> counts = new ArrayList<>();
            int frame = 0;
            for (Optional<VideoFrames> next = reader.next(8); next.isPresent(); next = reader.next(8)) {
                counts.add(next.get().count());
                for (int i = 0; i < next.get().count(); i++) {
                    assertThat(Footage.difference(next.get().slice(i, i + 1).rgb(), grey.slice(frame, frame + 1).rgb()))
                            .as("frame %d", frame).isLessThan(4);
                    frame++;
                }
            }
            assertThat(counts).containsExactly(8, 8, 4);
        }
    }

    @Test
    void refusesWhatIsNoVideo() throws IOException {
        Path text = Files.writeString(directory.resolve("film.mp4"), "once upon a time");
        assertThatThrownBy(() -> new FilmReader(text))
                .isInstanceOf(MediaException.class)
                .hasMessageContaining("film.mp4 is no video that FFmpeg can read");
        assertThatThrownBy(() -> new FilmReader(directory.resolve("nothing.mp4")))
                .isInstanceOf(MediaException.class)
                .hasMessageContaining("nothing.mp4");
    }

    /** Every frame brighter than the one before, with a shade from left to right. */
    private static VideoFrames grey(int count, int width, int height) {
        byte[] rgb = new byte[count * height * width * 3];
        for (int i = 0; i < rgb.length; i++) {
            int frame = i / (height * width * 3);
            rgb[i] = (byte) (20 + 7 * frame + i / 3 % width / 4);
        }
        return new VideoFrames(count, height, width, rgb);
    }
}
