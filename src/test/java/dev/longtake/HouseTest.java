package dev.longtake;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The packages are rooms on floors: an import only ever points down. */
class HouseTest {

    private static final Path SOURCES = Path.of("src/main/java/dev/longtake");
    private static final Pattern IMPORT = Pattern.compile("import (?:static )?dev\\.longtake\\.([a-z]+)\\.");

    /** From the ground up. */
    private static final List<String> FLOORS = List.of(
            "film", "diffusion", "pack", "director", "media", "memory", "worker", "studio", "measure", "cli");

    /** Rooms that know the domain only. */
    private static final Map<String, Set<String>> MODEST = Map.of("media", Set.of("film"), "memory", Set.of("film"));

    @Test
    void everyRoomIsKnown() throws IOException {
        try (var rooms = Files.list(SOURCES)) {
            assertThat(rooms.map(room -> room.getFileName().toString())).containsExactlyInAnyOrderElementsOf(FLOORS);
        }
    }

    @Test
    void importsPointDown() throws IOException {
        for (String room : FLOORS) {
            Set<String> imported = imports(SOURCES.resolve(room));
            imported.remove(room);
            List<String> below = FLOORS.subList(0, FLOORS.indexOf(room));
            assertThat(MODEST.getOrDefault(room, Set.copyOf(below))).as("what %s may import", room)
                    .containsAll(imported);
        }
    }

    private static Set<String> imports(Path room) throws IOException {
        Set<String> imported = new TreeSet<>();
        try (var files = Files.walk(room)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
                Matcher matcher = IMPORT.matcher(Files.readString(file));
                while (matcher.find()) {
                    imported.add(matcher.group(1));
                }
            }
        }
        return imported;
    }
}
