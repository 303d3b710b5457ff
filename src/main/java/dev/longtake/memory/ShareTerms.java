package dev.longtake.memory;

import dev.longtake.film.InvalidFieldException;
import java.time.Instant;
import java.util.Optional;

/**
 * What a share link lets people do, and for how long.
 *
 * @param expiresAt from when on it shows nothing any more; empty for never
 * @param prompts   whether it tells what the film's maker wrote
 * @param remix     whether a film of one's own can be made from it; such a film has its maker's prompts in its
 *                  timeline, so {@code prompts} must be allowed as well
 * @param downloads whether it offers files to keep; it can be watched without
 */
public record ShareTerms(Optional<Instant> expiresAt, boolean prompts, boolean remix, boolean downloads) {

    /** Watch and keep, nothing else, for ever. */
    public static final ShareTerms USUAL = new ShareTerms(Optional.empty(), false, false, true);

    public ShareTerms {
        if (remix && !prompts) {
            throw new InvalidFieldException("prompts", false,
                    "true where remix is: whoever makes a film of their own from this one reads what was written for it");
        }
    }

    /** Whether a link with these terms is good at {@code time}. */
    public boolean openAt(Instant time) {
        return expiresAt.map(time::isBefore).orElse(true);
    }
}
