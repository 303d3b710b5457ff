package dev.longtake.director;

import dev.longtake.film.Snapshot;
import dev.longtake.film.VideoFrames;

/**
 * A finished chunk.
 *
 * @param snapshot what the next chunk starts from
 * @param frames   the chunk's new frames: all of chunk 0, without the re-made ones in later chunks
 */
public record GeneratedChunk(Snapshot snapshot, VideoFrames frames, ChunkStats stats) {}
