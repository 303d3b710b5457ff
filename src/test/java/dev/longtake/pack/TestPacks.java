package dev.longtake.pack;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Packs for tests. */
public final class TestPacks {

    /**
     * A pack with the sizes of the real one, whose networks are a few sums and products: opens and runs in no time
     * (models/tests/make_toy_pack.py made it).
     */
    public static final Path TOY = Path.of("src/test/resources/packs/toy");

    /** The pack that ships. */
    public static final Path STORYBOOK = Path.of("models/storybook");

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private TestPacks() { }

    /** A copy of {@link #TOY} in {@code folder} that has no fast mode. */
    public static Path carefulToy(Path folder) {
        return changedToy(folder, json -> ((ObjectNode) json.get("diffusion")).remove("fast"));
    }

    /** A copy of {@link #TOY} in {@code folder} whose changes dissolve. */
    public static Path dissolvingToy(Path folder) {
        return changedToy(folder, json -> json.put("dissolve", true));
    }

    /** A copy of {@link #TOY} in {@code folder} with another manifest. */
    static Path changedToy(Path folder, Consumer<ObjectNode> change) {
        try (var files = Files.list(TOY)) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
            Path manifest = folder.resolve("pack.json");
            ObjectNode json = (ObjectNode) MAPPER.readTree(manifest.toFile());
            change.accept(json);
            MAPPER.writeValue(manifest.toFile(), json);
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
