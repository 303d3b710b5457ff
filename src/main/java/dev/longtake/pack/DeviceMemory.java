package dev.longtake.pack;

import ai.onnxruntime.OrtSession;
import dev.longtake.film.InvalidFieldException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What networks may take of a device's memory. They stay loaded as long as they fit in; then those that were used
 * longest ago make room. May be used by any thread.
 */
final class DeviceMemory implements AutoCloseable {

    private final OptionalLong limit;
    /** By when they were used last, oldest first. */
    private final Map<Graph, Loaded> loaded = new LinkedHashMap<>(16, 0.75f, true);
    private long taken;

    /** A network in memory. */
    private static final class Loaded {
        private final OrtSession session;
        private final long bytes;
        private int users;

        Loaded(OrtSession session, long bytes) {
            this.session = session;
            this.bytes = bytes;
        }
    }

    /** @param limit in bytes; empty for all there is */
    DeviceMemory(OptionalLong limit) {
        this.limit = limit;
    }

    /** Whether everything stays where it is once it is loaded. */
    boolean unlimited() {
        return limit.isEmpty();
    }

    /**
     * Checks that networks that are used in turn for every step fit in together.
     *
     * @param bytes that they take
     * @throws InvalidFieldException if they don't
     */
    void require(String networks, long bytes) {
        if (limit.isPresent() && bytes > limit.getAsLong()) {
            throw new InvalidFieldException("device-memory", told(limit.getAsLong()),
                    "at least " + told(bytes) + " for " + networks);
        }
    }

    private static String told(long bytes) {
        return bytes < 1e9
                ? String.format(Locale.ROOT, "%.1fMB", Math.ceil(bytes / 1e5) / 10)
                : String.format(Locale.ROOT, "%.2fGB", Math.ceil(bytes / 1e7) / 100);
    }

    /** Gives {@code graph} to somebody who runs it, until {@link #release}. */
    synchronized OrtSession acquire(Graph graph) {
        Loaded there = loaded.get(graph);
        if (there == null) {
            long bytes = graph.bytes();
            makeRoom(graph, bytes);
            there = new Loaded(graph.open(), bytes);
            loaded.put(graph, there);
            taken += bytes;
        }
        there.users++;
        return there.session;
    }

    synchronized void release(Graph graph) {
        loaded.get(graph).users--;
    }

    private void makeRoom(Graph graph, long bytes) {
        if (limit.isEmpty()) {
            return;
        }
        require("the network " + graph.role(), bytes);
        Iterator<Loaded> oldest = loaded.values().iterator();
        while (taken + bytes > limit.getAsLong() && oldest.hasNext()) {
            Loaded next = oldest.next();
            if (next.users == 0) {
                oldest.remove();
                free(next);
            }
        }
        if (taken + bytes > limit.getAsLong()) {
            throw new IllegalStateException("no room for the network " + graph.role() + ": all others are running");
        }
    }

    private void free(Loaded one) {
        taken -= one.bytes;
        NetworkRuntime.close(one.session);
    }

    /** Frees a network that nobody runs; it may be loaded again. */
    synchronized void forget(Graph graph) {
        Optional.ofNullable(loaded.remove(graph)).ifPresent(this::free);
    }

    /** Frees everything that is still there; nobody runs a network any more. */
    @Override
    public synchronized void close() {
        loaded.values().forEach(this::free);
        loaded.clear();
    }

    /** Bytes that loaded networks take. */
    synchronized long taken() {
        return taken;
    }
}
