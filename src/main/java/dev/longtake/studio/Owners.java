package dev.longtake.studio;

import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Knows people again by a random secret in a cookie, and their programs by keys. Films remember only the secret's hash, so that whoever reads
 * the memory can't act as their owner.
 */
final class Owners {

    static final String COOKIE = "longtake_owner";

    private static final String KEY_OWNER = "longtake.owner";
    private static final int SECRET_BYTES = 32;
    private static final Pattern SECRET = Pattern.compile("[A-Za-z0-9_-]{43}");
    /** Browsers keep no cookie for longer. */
    private static final Duration LIFETIME = Duration.ofDays(400);

    private final SecureRandom random = new SecureRandom();
    private final Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
    private final Site site;

    Owners(Site site) {
        this.site = site;
    }

    /** The request was sent by a program that has a key of {@code owner}. */
    static void signIn(RoutingContext rc, String owner) {
        rc.put(KEY_OWNER, owner);
    }

    /** Whether a key says who sent the request. */
    static boolean byKey(RoutingContext rc) {
        return rc.get(KEY_OWNER) != null;
    }

    /** Who sent the request; empty if nobody we know. */
    Optional<String> find(RoutingContext rc) {
        return byKey(rc) ? Optional.of(rc.get(KEY_OWNER)) : secret(rc).map(this::hash);
    }

    /** Who sent the request; gives strangers a cookie and renews that of others. */
    String welcome(RoutingContext rc) {
        if (byKey(rc)) {
            return rc.get(KEY_OWNER);
        }
        String secret = secret(rc).orElseGet(this::newSecret);
        rc.response().addCookie(Cookie.cookie(COOKIE, secret)
                .setPath(site.basePath() + "/")
                .setHttpOnly(true)
                .setSameSite(CookieSameSite.LAX)
                .setSecure(site.secure(rc.request()))
                .setMaxAge(LIFETIME.toSeconds()));
        return hash(secret);
    }

    private static Optional<String> secret(RoutingContext rc) {
        return Optional.ofNullable(rc.request().getCookie(COOKIE))
                .map(Cookie::getValue)
                .filter(value -> SECRET.matcher(value).matches());
    }

    private String newSecret() {
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        return base64.encodeToString(secret);
    }

    private String hash(String secret) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            return base64.encodeToString(sha.digest(secret.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
