package dev.longtake.film;

/**
 * Which of the packs that have the same name.
 *
 * @param version as the pack calls itself
 * @param digest  SHA-256 in hexadecimal of all in the pack that decides a film's pixels
 */
public record PackEdition(String version, String digest) {

    public PackEdition {
        if (version == null || version.isBlank() || version.length() > 64) {
            throw new InvalidFieldException("packVersion", version, "1 to 64 characters");
        }
        if (digest == null || !digest.matches("[0-9a-f]{64}")) {
            throw new InvalidFieldException("packDigest", digest, "64 hexadecimal digits");
        }
    }
}
