package dev.longtake.memory;

import dev.longtake.film.FilmId;
import java.util.List;

/** Names in Redis. What belongs to one film has one hash tag, so that a script can change it in one go. */
final class FilmKeys {

    /** Films that are being made or refined, or wait for it. */
    static final String ACTIVE = "films:active";

    /** Sorted set: films that were deleted, by the time (seconds since 1970) after which they are forgotten. */
    static final String TRASH = "films:trash";

    private FilmKeys() {}

    /** Hash: the film itself. */
    static String film(FilmId id) {
        return "film:{" + id + "}";
    }

    /** Stream of its events. */
    static String events(FilmId id) {
        return film(id) + ":events";
    }

    /** Hash: chunk to snapshot. */
    static String snapshots(FilmId id) {
        return film(id) + ":snapshots";
    }

    /** Hash: chunk to fMP4 media segment. */
    static String segments(FilmId id) {
        return film(id) + ":segments";
    }

    /** Hash: chunk to refined fMP4 media segment. */
    static String enhanced(FilmId id) {
        return film(id) + ":enhanced";
    }

    /** Hash: fMP4 init segments, poster and the picture that it begins with. */
    static String media(FilmId id) {
        return film(id) + ":media";
    }

    /** Set of its share tokens. */
    static String shares(FilmId id) {
        return film(id) + ":shares";
    }

    /** All that belongs to a film, in the order that the scripts expect. */
    static List<String> all(FilmId id) {
        return List.of(film(id), events(id), snapshots(id), segments(id), media(id), shares(id),
                enhanced(id));
    }

    /** Channel on which its events are announced. */
    static String news(FilmId id) {
        return film(id) + ":news";
    }

    /** Channel of its previews. */
    static String previews(FilmId id) {
        return film(id) + ":previews";
    }

    /** Sorted set: the films of an owner by the time of their birth. */
    static String owner(String owner) {
        return "owner:{" + owner + "}";
    }

    /** Sorted set: the takes that grew from a film, with the film itself, by the time of their birth. */
    static String takes(FilmId root) {
        return "takes:{" + root + "}";
    }

    /** Hash: a share link. */
    static String share(String token) {
        return "share:{" + token + "}";
    }

    /** HyperLogLog of those who looked at it. */
    static String shareViews(String token) {
        return share(token) + ":views";
    }

    /** Channel on which it is said that it was changed or revoked. */
    static String shareNews(String token) {
        return share(token) + ":news";
    }
}
