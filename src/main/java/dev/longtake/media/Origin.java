package dev.longtake.media;

import java.util.Map;

/** Says in every file where it comes from. */
final class Origin {

    static final Map<String, String> METADATA = Map.of("comment", "Made by AI with Longtake");

    private Origin() {}
}
