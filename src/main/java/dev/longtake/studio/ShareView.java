package dev.longtake.studio;

import dev.longtake.memory.ShareLink;
import java.time.Instant;

/**
 * A share link as its maker sees it.
 *
 * @param url       page to watch on
 * @param embedUrl  the same to be put into other pages
 * @param expiresAt ISO 8601, UTC; null for never
 * @param expired   whether it shows nothing any more
 * @param views     how many people looked at it
 */
record ShareView(
        String token,
        String url,
        String embedUrl,
        boolean prompts,
        boolean remix,
        boolean downloads,
        String expiresAt,
        boolean expired,
        String createdAt,
        long views) {

    /** @param page address of the page */
    static ShareView of(ShareLink link, String page, long views) {
        return new ShareView(
                link.token(),
                page,
                page + "/embed",
                link.terms().prompts(),
                link.terms().remix(),
                link.terms().downloads(),
                link.terms().expiresAt().map(Instant::toString).orElse(null),
                !link.terms().openAt(Instant.now()),
                link.createdAt().toString(),
                views);
    }
}
