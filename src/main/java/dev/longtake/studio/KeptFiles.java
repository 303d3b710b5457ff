package dev.longtake.studio;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Files that can be made again: made when somebody asks, once for all who ask meanwhile, and kept until so many others
 * were wanted. Used on one event loop.
 *
 * @param <K> what a file is of
 */
final class KeptFiles<K> {

    private final Vertx vertx;
    private final int most;
    private final Map<K, Future<Path>> files = new LinkedHashMap<>(16, 0.75f, true);

    KeptFiles(Vertx vertx, int most) {
        this.vertx = vertx;
        this.most = most;
    }

    /** @param make makes the file if it is not there */
    Future<Path> get(K key, Supplier<Future<Path>> make) {
        Future<Path> known = files.get(key);
        if (known != null && !known.failed()) {
            return known;
        }
        Future<Path> made = make.get();
        files.put(key, made);
        made.onFailure(reason -> files.remove(key, made));
        List<K> oldestFirst = new ArrayList<>(files.keySet());
        oldestFirst.subList(0, Math.max(0, oldestFirst.size() - most)).forEach(this::remove);
        return made;
    }

    boolean has(K key) {
        return files.containsKey(key);
    }

    /** How many are being made now. */
    int inTheMaking() {
        return (int) files.values().stream().filter(file -> !file.isComplete()).count();
    }

    /** Deletes the files of which this is true. */
    void forget(Predicate<K> which) {
        new ArrayList<>(files.keySet()).stream().filter(which).forEach(this::remove);
    }

    private void remove(K key) {
        files.remove(key).onSuccess(file -> vertx.fileSystem().delete(file.toString()));
    }
}
