package dev.longtake.studio;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How the studio is reached and where it keeps files that can be made again.
 *
 * @param host      address to listen on
 * @param port      0 for any free one
 * @param publicUrl where people find the studio when a proxy stands before it, such as {@code https://films.example}
 * @param cache     folder for files that can be made again; nobody else uses it
 * @param rules     what it does with films by itself
 */
public record StudioConfig(String host, int port, Optional<URI> publicUrl, Path cache, HouseRules rules) {

    /** A studio with the usual rules. */
    public StudioConfig(String host, int port, Optional<URI> publicUrl, Path cache) {
        this(host, port, publicUrl, cache, HouseRules.USUAL);
    }
}
