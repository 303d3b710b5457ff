package dev.longtake.worker;

import dev.longtake.film.CancelToken;
import dev.longtake.film.CancelledException;
import dev.longtake.film.ChunkPlan;
import dev.longtake.film.FrameRange;
import dev.longtake.film.Snapshot;
import dev.longtake.film.StepListener;
import dev.longtake.film.VideoFrames;
import dev.longtake.media.ChunkEncoder;
import dev.longtake.media.MediaSegment;
import dev.longtake.media.VideoFormat;
import dev.longtake.memory.CommittedEnhancement;
import dev.longtake.memory.EnhancementTask;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** From leave to refine frames to what is committed: segments, poster. Blocks; used by the worker's one thread. */
final class EnhanceWork {

    private final ChunkMaker maker;
    private final int fps;
    private final Posters posters = new Posters();

    EnhanceWork(ChunkMaker maker, int fps) {
        this.maker = maker;
        this.fps = fps;
    }

    /** @param snapshots those of the chunks in the task's reach, in order */
    CommittedEnhancement refine(
            EnhancementTask task, List<Snapshot> snapshots, StepListener listener, CancelToken token)
            throws CancelledException {
        long begun = System.nanoTime();
        token.check();
        FrameRange range = task.range();
        VideoFrames refined = maker.enhance(task.film().recipe(), task.plan(), range,
                latents(task, snapshots), task.hangsOnEnd(), listener, token);
        if (refined.count() != range.count()) {
            throw new IllegalStateException(range.count() + " frames became " + refined.count());
        }
        ChunkEncoder encoder = new ChunkEncoder(new VideoFormat(refined.width(), refined.height(), fps));
        List<byte[]> segments = new ArrayList<>();
        byte[] init = null;
        Optional<byte[]> poster = Optional.empty();
        for (int i = 0; i < task.chunks(); i++) {
            FrameRange frames = task.framesOf(task.firstChunk() + i);
            VideoFrames shown = refined.slice(frames.from() - range.from(), frames.to() - range.from());
            MediaSegment segment = encoder.encode(shown, frames.from());
            segments.add(segment.media());
            init = segment.init();
            poster = frames.from() == 0 ? Optional.of(posters.of(shown)) : poster;
        }
        return new CommittedEnhancement(init, segments, poster, (System.nanoTime() - begun) / 1e9);
    }

    /** One array for each frame in reach. */
    private static List<float[]> latents(EnhancementTask task, List<Snapshot> snapshots) {
        ChunkPlan plan = task.film().plan();
        FrameRange reach = task.reach();
        List<float[]> latents = new ArrayList<>();
        for (Snapshot snapshot : snapshots) {
            latents.addAll(snapshot.newFrames(plan).subList(0, plan.shownFrames(snapshot.chunk(), reach.to())));
        }
        if (latents.size() != reach.count()) {
            throw new IllegalStateException("of " + reach.count() + " frames, " + latents.size() + " are remembered");
        }
        return latents;
    }
}
