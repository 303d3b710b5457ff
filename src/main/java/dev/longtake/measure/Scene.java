package dev.longtake.measure;

import java.util.Map;

/**
 * A prompt and what the film must show from then on.
 *
 * @param frame    the prompt's first frame
 * @param expected the right class by kind (actor, place, …); kinds that the prompt leaves open are missing
 */
public record Scene(int frame, String prompt, Map<String, String> expected) {

    public Scene {
        expected = Map.copyOf(expected);
    }
}
