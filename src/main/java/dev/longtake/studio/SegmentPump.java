package dev.longtake.studio;

import dev.longtake.film.ChunkPlan;
import dev.longtake.film.FilmId;
import dev.longtake.memory.FilmMemory;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Sends a film's segments to one watcher, in order, with at most {@value #WINDOW} not yet acknowledged: a watcher
 * who does not keep up costs nothing. A chunk that was shown in part is sent again once more of it is there. Used on
 * one event loop.
 */
final class SegmentPump {

    static final int WINDOW = 4;

    private final FilmMemory films;
    private final FilmId id;
    private final ChunkPlan plan;
    private final Handler<Buffer> out;
    private final Handler<Throwable> failure;
    private final Set<Integer> unacknowledged = new HashSet<>();

    private int framesDone;
    private int next;
    private int lastChunk = -1;
    private int lastFrames;
    private boolean initSent;
    private boolean busy;
    private boolean closed;
    private int seeks;

    /** @param first chunk to begin with */
    SegmentPump(
            FilmMemory films, FilmId id, ChunkPlan plan, int first, Handler<Buffer> out, Handler<Throwable> failure) {
        this.films = films;
        this.id = id;
        this.plan = plan;
        this.next = first;
        this.out = out;
        this.failure = failure;
    }

    /** The film has {@code frames} frames now. */
    void available(int frames) {
        framesDone = Math.max(framesDone, frames);
        if (lastChunk >= 0 && plan.shownFrames(lastChunk, framesDone) > lastFrames) {
            next = Math.min(next, lastChunk);
        }
        pump();
    }

    /** The watcher has everything up to {@code chunk}. */
    void acknowledge(int chunk) {
        unacknowledged.removeIf(sent -> sent <= chunk);
        pump();
    }

    /** The watcher wants to go on from {@code chunk}. */
    void seek(int chunk) {
        seeks++;
        next = chunk;
        unacknowledged.clear();
        pump();
    }

    void close() {
        closed = true;
    }

    private void pump() {
        boolean madeYet = framesDone > 0 && next < plan.chunksFor(framesDone);
        if (closed || busy || !madeYet || unacknowledged.size() >= WINDOW) {
            return;
        }
        int chunk = next;
        int frames = plan.shownFrames(chunk, framesDone);
        busy = true;
        int seeksBefore = seeks;
        Future<Optional<Buffer>> init = initSent ? Future.succeededFuture(Optional.empty()) : films.init(id);
        init.compose(header -> films.segment(id, chunk).map(segment -> {
            busy = false;
            if (!closed && seeksBefore == seeks && segment.isPresent()) {
                header.ifPresent(this::sendInit);
                out.handle(MediaMessage.segment(chunk, plan.firstFrame(chunk), frames, segment.get()));
                unacknowledged.add(chunk);
                lastChunk = chunk;
                lastFrames = frames;
                next = chunk + 1;
            }
            return segment.isPresent() || seeksBefore != seeks;
        })).onSuccess(more -> {
            if (more) {
                pump();
            }
        }).onFailure(reason -> {
            busy = false;
            failure.handle(reason);
        });
    }

    private void sendInit(Buffer header) {
        initSent = true;
        out.handle(MediaMessage.init(header));
    }
}
