package dev.longtake.measure;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * A prompt and what the film must show from then on.
 *
 * @param frame    the prompt's first frame
 * @param expected the right class by kind (actor, place, …); kinds that the prompt leaves open are missing
 */
public record Scene(int frame, String prompt, Map<String, String> expected) {

    public Scene {
        // Sorted, so that files are the same whichever process writes them.
        expected = Collections.unmodifiableMap(new TreeMap<>(expected));
    }
}
