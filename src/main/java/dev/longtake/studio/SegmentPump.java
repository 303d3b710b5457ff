package dev.longtake.studio;

import dev.longtake.film.ChunkPlan;
import dev.longtake.film.Enhancement;
import dev.longtake.film.Film;
import dev.longtake.film.FilmId;
import dev.longtake.memory.FilmMemory;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Sends a film's segments to one watcher, in order, each in the best rendition that there is. A chunk that was shown in
 * part is sent again once more of it is there; one that was sent as it was made, once it is refined. Of either at most
 * {@value #WINDOW} are not yet acknowledged: a watcher who does not keep up costs nothing. Used on one event loop.
 */
final class SegmentPump {

    static final int WINDOW = 4;

    private final FilmMemory films;
    private final FilmId id;
    private final ChunkPlan plan;
    private final Handler<Buffer> out;
    private final Handler<Throwable> failure;
    private final Set<Integer> unacknowledged = new HashSet<>();
    /** Chunks that were sent again, oldest first. */
    private final Deque<Integer> again = new ArrayDeque<>();
    /** What the watcher has; refined pictures stay good to look at until there are better ones. */
    private final BitSet plain = new BitSet();
    private final BitSet refined = new BitSet();

    private int framesDone;
    private boolean enhancing;
    private int enhancedFrames;
    private int next;
    private int lastChunk = -1;
    private int lastFrames;
    private Rendition rendition;
    private boolean busy;
    private boolean closed;
    private int seeks;

    /** A segment that is to be sent. */
    private record Wanted(int chunk, Rendition rendition, boolean again) { }

    /**
     * @param film       as it is now
     * @param first      chunk to begin with
     * @param firstPlain the first chunk before that of which the watcher has only what was made, {@code first} if none
     */
    SegmentPump(
            FilmMemory films,
            Film film,
            int first,
            int firstPlain,
            Handler<Buffer> out,
            Handler<Throwable> failure) {
        this.films = films;
        this.id = film.id();
        this.plan = film.plan();
        this.next = first;
        this.out = out;
        this.failure = failure;
        int known = Math.min(first, film.chunksDone());
        plain.set(Math.min(known, firstPlain), known);
    }

    /** The film is like this now. */
    void available(Film film) {
        enhancing = film.enhancement().isPresent();
        setEnhanced(film.enhancement().map(Enhancement::frames).orElse(0));
        available(film.framesDone());
    }

    /**
     * The film was given frames.
     *
     * @param frames   that it has now
     * @param enhanced that are refined now, from the first on; may be fewer than before
     */
    void available(int frames, int enhanced) {
        if (frames > framesDone) {
            setEnhanced(enhanced);
        }
        available(frames);
    }

    private void available(int frames) {
        framesDone = Math.max(framesDone, frames);
        if (lastChunk >= 0 && plan.shownFrames(lastChunk, framesDone) > lastFrames) {
            next = Math.min(next, lastChunk);
        }
        pump();
    }

    /** So many frames are refined now, from the first on. */
    void enhanced(int frames) {
        if (frames > enhancedFrames) {
            enhancedFrames = frames;
            pump();
        }
    }

    private void setEnhanced(int frames) {
        if (frames < enhancedFrames && enhancing) {
            // The film goes on beyond what was its end: its last pictures will be refined anew.
            int from = plan.firstChunkFrom(frames);
            BitSet outdated = new BitSet();
            outdated.or(refined);
            outdated.clear(0, from);
            plain.or(outdated);
            refined.andNot(outdated);
        }
        enhancedFrames = frames;
    }

    /** The watcher has this chunk, and of those in order everything before it. */
    void acknowledge(int chunk) {
        unacknowledged.removeIf(sent -> sent <= chunk);
        boolean known = again.contains(chunk);
        while (known && again.remove() != chunk) {
            // What was sent before it came before it, too.
        }
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

    private Optional<Wanted> wanted() {
        if (framesDone > 0 && next < plan.chunksFor(framesDone) && unacknowledged.size() < WINDOW) {
            return Optional.of(new Wanted(next, best(next), false));
        }
        if (again.size() >= WINDOW) {
            return Optional.empty();
        }
        // What is next comes anyway, unless the watcher is not ready for it.
        int better = (enhancing ? plain : refined).nextSetBit(0);
        return better >= 0 && better < plan.chunksFor(framesDone) && best(better) == wish()
                ? Optional.of(new Wanted(better, wish(), true))
                : Optional.empty();
    }

    private Rendition wish() {
        return enhancing ? Rendition.ENHANCED : Rendition.BASE;
    }

    private Rendition best(int chunk) {
        int shown = plan.shownFrames(chunk, framesDone);
        return enhancing && shown > 0 && plan.firstFrame(chunk) + shown <= enhancedFrames
                ? Rendition.ENHANCED
                : Rendition.BASE;
    }

    private void pump() {
        Optional<Wanted> wanted = closed || busy ? Optional.empty() : wanted();
        if (wanted.isEmpty()) {
            return;
        }
        Wanted one = wanted.get();
        int frames = plan.shownFrames(one.chunk(), framesDone);
        busy = true;
        int seeksBefore = seeks;
        Future<Optional<Buffer>> init =
                rendition == one.rendition() ? Future.succeededFuture(Optional.empty()) : init(one.rendition());
        init.compose(header -> segment(one).map(segment -> {
            busy = false;
            boolean good = seeksBefore == seeks && one.rendition() == best(one.chunk());
            if (!closed && good && segment.isPresent()) {
                header.ifPresent(bytes -> sendInit(one.rendition(), bytes));
                send(one, frames, segment.get());
            }
            return segment.isPresent() || !good || forgotten(one);
        })).onSuccess(more -> {
            if (more) {
                pump();
            }
        }).onFailure(reason -> {
            busy = false;
            failure.handle(reason);
        });
    }

    private void send(Wanted one, int frames, Buffer segment) {
        int chunk = one.chunk();
        out.handle(MediaMessage.segment(one.rendition(), chunk, plan.firstFrame(chunk), frames, segment));
        plain.set(chunk, one.rendition() == Rendition.BASE);
        refined.set(chunk, one.rendition() == Rendition.ENHANCED);
        if (one.again()) {
            again.add(chunk);
        } else {
            unacknowledged.add(chunk);
            lastChunk = chunk;
            lastFrames = frames;
            next = chunk + 1;
        }
    }

    /** Refined segments may go before the news of it comes; until then the film is not refined so far. */
    private boolean forgotten(Wanted one) {
        if (one.rendition() == Rendition.BASE) {
            return false;
        }
        setEnhanced(plan.firstFrame(one.chunk()));
        return true;
    }

    private Future<Optional<Buffer>> init(Rendition wanted) {
        return wanted == Rendition.ENHANCED ? films.enhancedInit(id) : films.init(id);
    }

    private Future<Optional<Buffer>> segment(Wanted one) {
        return one.rendition() == Rendition.ENHANCED
                ? films.enhancedSegment(id, one.chunk())
                : films.segment(id, one.chunk());
    }

    private void sendInit(Rendition turned, Buffer header) {
        rendition = turned;
        out.handle(MediaMessage.init(turned, header));
    }
}
