package dev.longtake.pack;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Tells whether a pack's file is the one that its manifest was written for. */
final class Checksum {

    private Checksum() { }

    /** @throws PackException if {@code file} is missing or not the one with this SHA-256 */
    static void check(Path file, String sha256) {
        if (!Files.isRegularFile(file)) {
            throw PackException.at(file, "is missing");
        }
        String found = sha256(file);
        if (!found.equals(sha256)) {
            throw PackException.at(file, "is not the file that the manifest was written for: its SHA-256 is " + found
                    + ", the manifest says " + sha256 + " (a download cut short, or a Git LFS pointer?)");
        }
    }

    private static String sha256(Path file) {
        try (InputStream in = Files.newInputStream(file);
                DigestInputStream digest = new DigestInputStream(in, MessageDigest.getInstance("SHA-256"))) {
            byte[] buffer = new byte[1 << 16];
            while (digest.read(buffer) >= 0) {
                // The digest sees every byte that is read.
            }
            return HexFormat.of().formatHex(digest.getMessageDigest().digest());
        } catch (IOException e) {
            throw PackException.at(file, "can't be read: " + e.getMessage(), e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
