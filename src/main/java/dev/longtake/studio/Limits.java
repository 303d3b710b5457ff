package dev.longtake.studio;

import dev.longtake.film.InvalidFieldException;

/**
 * How much one owner may have and ask for; 0 is no limit. Counted in Redis, so for all studios that share one.
 *
 * @param filmsPerHour      films that may be asked for, extended or forked; saved up for an hour at most. Newcomers
 *                          count together by their address.
 * @param filmsInMaking     films that are being made or wait for it
 * @param framesPerFilm     length of a film
 * @param storedBytes       memory of all films, beyond which no other is begun
 * @param requestsPerSecond to the API; five seconds' worth may be saved up
 * @param sockets           films watched live at once, besides by share links
 * @param filmsPerAddress   films that may be asked for or forked by all who come from one IPv4 address or one IPv6
 *                          network of 64 bits, whoever they are; saved up for an hour at most
 */
public record Limits(
        int filmsPerHour,
        int filmsInMaking,
        int framesPerFilm,
        long storedBytes,
        int requestsPerSecond,
        int sockets,
        int filmsPerAddress) {

    public static final Limits NONE = new Limits(0, 0, 0, 0, 0, 0, 0);

    private static final int MOST_PER_HOUR = 1_000_000;
    private static final int MOST_PER_SECOND = 100_000;

    /** @throws InvalidFieldException if one is negative or absurd */
    public Limits {
        require("limit-films", filmsPerHour, MOST_PER_HOUR);
        require("limit-making", filmsInMaking, MOST_PER_HOUR);
        require("limit-frames", framesPerFilm, Integer.MAX_VALUE);
        require("limit-storage", storedBytes, Long.MAX_VALUE);
        require("limit-requests", requestsPerSecond, MOST_PER_SECOND);
        require("limit-sockets", sockets, MOST_PER_HOUR);
        require("limit-address", filmsPerAddress, MOST_PER_HOUR);
    }

    private static void require(String name, long value, long most) {
        if (value < 0 || value > most) {
            throw new InvalidFieldException(name, value, "0 (no limit) to " + most);
        }
    }
}
