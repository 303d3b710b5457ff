package dev.longtake.studio;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How the studio is reached and where it keeps files that can be made again.
 *
 * @param host       address to listen on
 * @param port       0 for any free one
 * @param publicUrl  where people find the studio when a proxy stands before it, such as {@code https://films.example}
 *                   or {@code https://example.org/films}
 * @param cache      folder for files that can be made again; nobody else uses it
 * @param rules      what it does with films by itself
 * @param limits     how much each owner may have
 * @param trustProxy whether to believe the {@code X-Forwarded-*} headers, which anyone can send where no proxy
 *                   removes them
 */
public record StudioConfig(
        String host,
        int port,
        Optional<URI> publicUrl,
        Path cache,
        HouseRules rules,
        Limits limits,
        boolean trustProxy) {

    /** A studio with the usual rules, without limits and without a proxy to trust. */
    public StudioConfig(String host, int port, Optional<URI> publicUrl, Path cache) {
        this(host, port, publicUrl, cache, HouseRules.USUAL, Limits.NONE, false);
    }
}
