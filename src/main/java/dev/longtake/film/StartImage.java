package dev.longtake.film;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The picture that a film begins with, as the networks see it.
 *
 * @param pixels one frame of the film's size
 */
public record StartImage(VideoFrames pixels) {

    public StartImage {
        if (pixels.count() != 1) {
            throw new IllegalArgumentException("a picture is not " + pixels.count() + " frames");
        }
    }

    /** SHA-256 in hexadecimal of its size and its pixels, however they are stored. */
    public String digest() {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(ByteBuffer.allocate(2 * Integer.BYTES).putInt(pixels.width()).putInt(pixels.height()).array());
            return HexFormat.of().formatHex(sha.digest(pixels.rgb()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
