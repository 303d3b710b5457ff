package dev.longtake.pack;

import java.nio.file.Path;

/** An opened model pack. Used by one thread at a time; the thread that uses it closes it. */
public final class ModelPack implements AutoCloseable {

    private final PackManifest manifest;

    private ModelPack(PackManifest manifest) {
        this.manifest = manifest;
    }

    /**
     * Opens the pack in {@code folder} and loads its networks onto {@code device}.
     *
     * @throws PackException if the pack is incomplete or broken, or the device can't be used
     */
    public static ModelPack open(Path folder, Device device) {
        throw new PackException(folder + ": packs can't be opened yet on " + device);
    }

    public PackManifest manifest() {
        return manifest;
    }

    @Override
    public void close() { }
}
