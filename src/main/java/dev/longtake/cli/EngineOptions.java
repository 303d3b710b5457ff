package dev.longtake.cli;

import dev.longtake.pack.Device;
import dev.longtake.pack.PackFinder;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Options of every command that runs a model pack; use it as a {@code @Mixin}. */
public final class EngineOptions {

    @Option(names = "--pack", paramLabel = "DIR", defaultValue = "${env:LONGTAKE_PACK}",
            description = "Folder of the model pack (default: the one that ships with Longtake).")
    private Path pack;

    @Option(names = "--device", paramLabel = "NAME", defaultValue = "${env:LONGTAKE_DEVICE:-cpu}",
            description = "Where the networks run: cpu, cuda:0, … (default: cpu).")
    private String device = "cpu";

    @Option(names = "--threads", paramLabel = "N", defaultValue = "${env:LONGTAKE_THREADS:-0}",
            description = "Processor threads of each worker; 0 means one for every core (default: 0).")
    private int threads;

    @Option(names = "--device-memory", paramLabel = "SIZE", defaultValue = "${env:LONGTAKE_DEVICE_MEMORY:-}",
            description = "Memory of the device that the weights of each worker's networks may take, such as 12GB; they "
                    + "are loaded in turn then. What passes through them comes on top (default: all stay loaded).")
    private String deviceMemory = "";

    /**
     * The pack's folder.
     *
     * @throws dev.longtake.pack.PackException if there is none
     */
    public Path packFolder() {
        return PackFinder.find(Optional.ofNullable(pack).filter(path -> !path.toString().isBlank()));
    }

    /** @throws dev.longtake.film.InvalidFieldException if there is no such device */
    public Device device() {
        return Device.parse(device).withThreads(threads).withMemory(deviceMemory);
    }
}
