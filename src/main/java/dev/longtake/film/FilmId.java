package dev.longtake.film;

import com.github.f4b6a3.ulid.UlidCreator;
import java.util.regex.Pattern;

/**
 * Name of a film: a ULID, so that films sort by their time of birth.
 *
 * @param value 26 characters of Crockford's base 32
 */
public record FilmId(String value) {

    private static final Pattern ULID = Pattern.compile("[0-7][0-9A-HJKMNP-TV-Z]{25}");

    /** @throws InvalidFieldException if the value is not a ULID */
    public FilmId {
        if (value == null || !ULID.matcher(value).matches()) {
            throw new InvalidFieldException("id", value, "a film id of 26 characters, as POST /api/films returns it");
        }
    }

    public static FilmId create() {
        return new FilmId(UlidCreator.getMonotonicUlid().toString());
    }

    @Override
    public String toString() {
        return value;
    }
}
