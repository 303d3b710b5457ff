package dev.longtake.pack;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds model packs on disk. */
public final class PackFinder {

    /** The pack that is used when none is named. */
    public static final String DEFAULT_PACK = "storybook";
    static final String MANIFEST = "pack.json";

    private PackFinder() { }

    /**
     * The folder of the pack to use.
     *
     * @param chosen the folder that was asked for; empty for the pack that ships with Longtake
     * @throws PackException if there is none
     */
    public static Path find(Optional<Path> chosen) {
        if (chosen.isPresent()) {
            return requirePack(chosen.get());
        }
        List<Path> candidates = homes().stream().map(home -> home.resolve(DEFAULT_PACK)).toList();
        return candidates.stream()
                .filter(PackFinder::holdsPack)
                .findFirst()
                .orElseThrow(() -> new PackException(
                        "no model pack found; looked for " + MANIFEST + " in " + candidates
                                + "; name a folder with --pack or LONGTAKE_PACK"));
    }

    /** All packs in the places where {@link #find} looks. */
    public static List<Path> all() {
        List<Path> found = new ArrayList<>();
        for (Path home : homes()) {
            if (Files.isDirectory(home)) {
                try (var folders = Files.list(home)) {
                    folders.filter(PackFinder::holdsPack).sorted().forEach(found::add);
                } catch (IOException e) {
                    throw PackException.at(home, "can't be read: " + e.getMessage(), e);
                }
            }
        }
        return found;
    }

    private static Path requirePack(Path folder) {
        if (!holdsPack(folder)) {
            throw PackException.at(folder, "is not a model pack: it has no " + MANIFEST);
        }
        return folder;
    }

    private static boolean holdsPack(Path folder) {
        return Files.isRegularFile(folder.resolve(MANIFEST));
    }

    /** {@code models} in the working directory, beside the jar and in the jar's parent folder. */
    private static Set<Path> homes() {
        Set<Path> homes = new LinkedHashSet<>();
        homes.add(Path.of("models").toAbsolutePath().normalize());
        CodeSource source = PackFinder.class.getProtectionDomain().getCodeSource();
        if (source != null && "file".equals(source.getLocation().getProtocol())) {
            Path jar = Path.of(URI.create(source.getLocation().toString())).toAbsolutePath();
            Path folder = jar.getParent();
            for (int level = 0; level < 2 && folder != null; level++) {
                homes.add(folder.resolve("models").normalize());
                folder = folder.getParent();
            }
        }
        return homes;
    }
}
