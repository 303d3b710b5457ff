package dev.longtake.worker;

import dev.longtake.director.ChunkStats;
import dev.longtake.director.GeneratedChunk;
import dev.longtake.film.CancelToken;
import dev.longtake.film.CancelledException;
import dev.longtake.film.Recipe;
import dev.longtake.film.Snapshot;
import dev.longtake.film.StepListener;
import dev.longtake.film.VideoFrames;
import dev.longtake.media.ChunkEncoder;
import dev.longtake.media.MediaSegment;
import dev.longtake.media.VideoFormat;
import dev.longtake.memory.ChunkTask;
import dev.longtake.memory.CommittedChunk;
import java.util.Optional;

/** From a task to what is committed: pictures, segment, poster. Blocks; used by the worker's one thread. */
final class ChunkWork {

    private final ChunkMaker maker;
    private final ChunkEncoder encoder;
    private final Posters posters = new Posters();

    ChunkWork(ChunkMaker maker, VideoFormat format) {
        this.maker = maker;
        encoder = new ChunkEncoder(format);
    }

    /**
     * What there is to make a chunk from.
     *
     * @param snapshot the chunk's own if it is made again, else that of the chunk before, if any
     * @param image    a PNG of what the film begins with, for the first chunk of a film that does
     */
    record Known(Optional<Snapshot> snapshot, Optional<byte[]> image) { }

    CommittedChunk make(ChunkTask task, Known known, StepListener listener, CancelToken token)
            throws CancelledException {
        long begun = System.nanoTime();
        token.check();
        GeneratedChunk chunk = task.again()
                ? again(task.film().recipe(), known.snapshot().orElseThrow())
                : maker.generate(task.film().recipe(), task.chunk(),
                        known.image().map(maker::still).or(known::snapshot), listener, token);
        VideoFrames shown = chunk.frames().slice(0, task.shownFrames());
        MediaSegment segment = encoder.encode(shown, task.film().plan().firstFrame(task.chunk()));
        Optional<byte[]> poster = task.chunk() == 0 ? Optional.of(posters.of(shown)) : Optional.empty();
        return new CommittedChunk(chunk.snapshot(), segment.init(), segment.media(), poster,
                (System.nanoTime() - begun) / 1e9, chunk.stats().networkSeconds());
    }

    private GeneratedChunk again(Recipe recipe, Snapshot snapshot) {
        return new GeneratedChunk(snapshot, maker.render(recipe, snapshot), new ChunkStats(0, 0));
    }
}
