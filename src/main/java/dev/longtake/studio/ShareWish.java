package dev.longtake.studio;

import dev.longtake.film.InvalidFieldException;
import dev.longtake.memory.ShareTerms;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * Body of {@code POST /api/films/{id}/shares} and {@code PATCH /api/shares/{token}}. What is null stays as it is.
 *
 * @param expiresIn seconds from now on; instead of {@code expiresAt}
 * @param expiresAt ISO 8601 with an offset; empty (JSON null) for never
 */
record ShareWish(Long expiresIn, Optional<String> expiresAt, Boolean prompts, Boolean remix, Boolean downloads) {

    static final ShareWish NOTHING = new ShareWish(null, null, null, null, null);
    static final Duration LONGEST = Duration.ofDays(3650);

    /** @throws InvalidFieldException naming the first field that is wrong */
    ShareTerms appliedTo(ShareTerms terms, Instant now) {
        return new ShareTerms(
                expiry(terms.expiresAt(), now),
                prompts == null ? terms.prompts() : prompts,
                remix == null ? terms.remix() : remix,
                downloads == null ? terms.downloads() : downloads);
    }

    private Optional<Instant> expiry(Optional<Instant> before, Instant now) {
        if (expiresIn != null) {
            if (expiresAt != null) {
                throw new InvalidFieldException("expiresIn", expiresIn, "left out where expiresAt is given");
            }
            if (expiresIn < 1 || expiresIn > LONGEST.toSeconds()) {
                throw new InvalidFieldException("expiresIn", expiresIn, "1 to " + LONGEST.toSeconds() + " seconds");
            }
            return Optional.of(now.plusSeconds(expiresIn).truncatedTo(ChronoUnit.MILLIS));
        }
        return expiresAt == null ? before : expiresAt.map(text -> parsed(text, now));
    }

    private static Instant parsed(String text, Instant now) {
        String allowed = "a time in the next ten years, such as " + now.plus(Duration.ofDays(7)).truncatedTo(
                ChronoUnit.SECONDS);
        try {
            Instant time = OffsetDateTime.parse(text).toInstant().truncatedTo(ChronoUnit.MILLIS);
            if (time.isAfter(now) && !time.isAfter(now.plus(LONGEST))) {
                return time;
            }
        } catch (DateTimeParseException e) {
            // said below
        }
        throw new InvalidFieldException("expiresAt", text, allowed);
    }
}
