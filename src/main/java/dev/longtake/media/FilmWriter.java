package dev.longtake.media;

import dev.longtake.film.VideoFrames;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Frames in, MP4 file out: the same file that a browser downloads when it made the film. Encodes as frames come, so
 * memory does not grow with the film. Not thread-safe; blocks.
 */
public final class FilmWriter implements AutoCloseable {

    private final ChunkEncoder encoder;
    private final Remuxer remuxer;
    private long frames;

    /** @param target the file to be made; its directory must exist */
    public FilmWriter(Path target, VideoFormat format) throws IOException {
        encoder = new ChunkEncoder(format);
        remuxer = new Remuxer(target);
    }

    /** Adds the frames of a chunk (at least one) to the end of the film. */
    public void write(VideoFrames chunk) throws IOException {
        remuxer.append(encoder.encode(chunk, frames));
        frames += chunk.count();
    }

    /** Writes the file; it appears at once and whole. */
    public void finish() throws IOException {
        remuxer.finish();
    }

    /** Without {@link #finish} no file is left. */
    @Override
    public void close() throws IOException {
        remuxer.close();
    }
}
