package dev.longtake.director;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** Remembers the results that were asked for last. For one thread. */
final class RecentCache<K, V> {

    private final Map<K, V> entries;

    RecentCache(int most) {
        entries = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > most;
            }
        };
    }

    V get(K key, Function<K, V> compute) {
        V known = entries.get(key);
        if (known == null) {
            known = compute.apply(key);
            entries.put(key, known);
        }
        return known;
    }
}
