package dev.longtake.cli;

import dev.longtake.studio.Limits;
import picocli.CommandLine.Option;

/** Options that say how much one user may have; use it as a {@code @Mixin}. 0 is always no limit. */
final class LimitOptions {

    private static final long MEBIBYTE = 1 << 20;

    @Option(names = "--limit-films", paramLabel = "N", defaultValue = "${env:LONGTAKE_LIMIT_FILMS:-200}",
            description = "New films an hour for each user; 0: no limit (default: 200).")
    private int films;

    @Option(names = "--limit-making", paramLabel = "N", defaultValue = "${env:LONGTAKE_LIMIT_MAKING:-20}",
            description = "Films of each user that are being made or wait for it; 0: no limit (default: 20).")
    private int making;

    @Option(names = "--limit-frames", paramLabel = "N", defaultValue = "${env:LONGTAKE_LIMIT_FRAMES:-100000}",
            description = "Frames of a film; 0: no limit (default: 100000).")
    private int frames;

    @Option(names = "--limit-storage", paramLabel = "MIB", defaultValue = "${env:LONGTAKE_LIMIT_STORAGE:-4096}",
            description = "Memory for the films of each user in MiB; 0: no limit (default: 4096).")
    private long storage;

    @Option(names = "--limit-requests", paramLabel = "N", defaultValue = "${env:LONGTAKE_LIMIT_REQUESTS:-50}",
            description = "Requests a second to the API by each user; 0: no limit (default: 50).")
    private int requests;

    @Option(names = "--limit-sockets", paramLabel = "N", defaultValue = "${env:LONGTAKE_LIMIT_SOCKETS:-32}",
            description = "Films that each user watches live at once; 0: no limit (default: 32).")
    private int sockets;

    @Option(names = "--limit-address", paramLabel = "N", defaultValue = "${env:LONGTAKE_LIMIT_ADDRESS:-600}",
            description = "New films an hour for all users at one address together; 0: no limit (default: 600). Behind "
                    + "a proxy it needs --trust-proxy.")
    private int address;

    /** @throws dev.longtake.film.InvalidFieldException if one is out of range */
    Limits limits() {
        // What overflows is out of range, too.
        long bytes = Math.abs(storage) > Long.MAX_VALUE / MEBIBYTE ? -1 : storage * MEBIBYTE;
        return new Limits(films, making, frames, bytes, requests, sockets, address);
    }
}
