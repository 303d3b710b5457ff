package dev.longtake.pack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.Map;

/**
 * A pack's files, which are compared with its manifest: again only where they were written to since, for some have
 * gigabytes. For one thread at a time.
 */
final class PackFiles {

    private final Path folder;
    private final Map<String, Writing> checked = new HashMap<>();

    private record Writing(FileTime time, long bytes) { }

    PackFiles(Path folder) {
        this.folder = folder;
    }

    /**
     * A file that the manifest names.
     *
     * @throws PackException if it is missing or not the one that the manifest was written for
     */
    Path get(String file, String sha256) {
        Path path = folder.resolve(file);
        if (!Files.isRegularFile(path)) {
            throw PackException.at(path, "is missing");
        }
        Writing now = writing(path);
        if (!now.equals(checked.get(file))) {
            Checksum.check(path, sha256);
            checked.put(file, now);
        }
        return path;
    }

    /** The same for a graph's weights; that one is cut short need not take long to see. */
    void check(PackManifest.Graph.Weights weights) {
        Path path = folder.resolve(weights.file());
        if (Files.isRegularFile(path) && size(path) != weights.bytes()) {
            throw PackException.at(path, "has " + size(path) + " bytes instead of the " + weights.bytes()
                    + " that the manifest says (a download cut short, or a Git LFS pointer?)");
        }
        get(weights.file(), weights.sha256());
    }

    /** Bytes of a file. */
    static long size(Path path) {
        return writing(path).bytes();
    }

    private static Writing writing(Path path) {
        try {
            return new Writing(Files.getLastModifiedTime(path), Files.size(path));
        } catch (IOException e) {
            throw PackException.at(path, "can't be read: " + e.getMessage(), e);
        }
    }
}
