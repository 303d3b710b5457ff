package dev.longtake.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.longtake.media.Footage.Decoded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilmWriterTest {

    @TempDir
    Path directory;

    @Test
    void writesEveryFrameOnceWithTheIndexInFront() throws IOException {
        Path file = directory.resolve("film.mp4");
        try (FilmWriter writer = new FilmWriter(file, Footage.FORMAT)) {
            writer.write(Footage.frames(0, 16));
            writer.write(Footage.frames(16, 8));
            writer.write(Footage.frames(24, 3));
            writer.finish();
        }

        Decoded film = Footage.decode(file);
        assertThat(film.micros()).isEqualTo(Stream.iterate(0L, t -> t + 125_000).limit(27).toList());
        assertThat(film.fps()).isEqualTo(8, within(0.001));
        assertThat(film.comment()).isEqualTo("Made by AI with Longtake");
        assertThat(ChunkEncoderTest.boxes(Files.readAllBytes(file))).startsWith("ftyp", "moov").contains("mdat");
        assertThat(files()).containsExactly("film.mp4");
    }

    @Test
    void theDownloadOfAFilmIsTheFileOfTheCommandLine() throws IOException {
        Path written = directory.resolve("written.mp4");
        try (FilmWriter writer = new FilmWriter(written, Footage.FORMAT)) {
            writer.write(Footage.frames(0, 16));
            writer.write(Footage.frames(16, 8));
            writer.finish();
        }
        Path remuxed = directory.resolve("remuxed.mp4");
        ChunkEncoder encoder = new ChunkEncoder(Footage.FORMAT);
        try (Remuxer remuxer = new Remuxer(remuxed)) {
            remuxer.append(encoder.encode(Footage.frames(0, 16), 0));
            remuxer.append(encoder.encode(Footage.frames(16, 8), 16));
            remuxer.finish();
        }
        assertThat(remuxed).hasSameBinaryContentAs(written);
    }

    @Test
    void leavesNothingBehindWhenItIsNotFinished() throws IOException {
        Path file = directory.resolve("film.mp4");
        Files.writeString(file, "what was there before");
        try (FilmWriter writer = new FilmWriter(file, Footage.FORMAT)) {
            writer.write(Footage.frames(0, 16));
        }
        assertThat(file).hasContent("what was there before");
        assertThat(files()).containsExactly("film.mp4");
    }

    @Test
    void aFilmWithoutFramesHasNoFile() throws IOException {
        try (FilmWriter writer = new FilmWriter(directory.resolve("film.mp4"), Footage.FORMAT)) {
            assertThatThrownBy(writer::finish).isInstanceOf(IllegalStateException.class);
        }
        assertThat(files()).isEmpty();
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
