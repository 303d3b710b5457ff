package dev.longtake.studio;

import io.vertx.core.buffer.Buffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** Entity tags (RFC 9110): the same as long as the content is. */
final class Tags {

    private static final int CHARACTERS = 22;

    private Tags() { }

    static String of(Buffer content) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(content.getBytes());
            return '"' + Base64.getUrlEncoder().encodeToString(hash).substring(0, CHARACTERS) + '"';
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** @param ifNoneMatch header of the request; null if there is none */
    static boolean match(String ifNoneMatch, String tag) {
        if (ifNoneMatch == null) {
            return false;
        }
        for (String one : ifNoneMatch.split(",")) {
            String stripped = one.strip().replaceFirst("^W/", "");
            if (stripped.equals(tag) || stripped.equals("*")) {
                return true;
            }
        }
        return false;
    }
}
