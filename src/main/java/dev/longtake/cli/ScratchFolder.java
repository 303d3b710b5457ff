package dev.longtake.cli;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A folder that starts empty and belongs to one process at a time, however the one before it ended. */
final class ScratchFolder implements AutoCloseable {

    private final FileChannel lock;

    private ScratchFolder(FileChannel lock) {
        this.lock = lock;
    }

    /**
     * Takes a folder and deletes what an earlier process left in it.
     *
     * @throws UsageException if another process has it, or it can't be written
     */
    static ScratchFolder open(Path folder) {
        Path file = folder.resolveSibling(folder.getFileName() + ".lock");
        try {
            Files.createDirectories(file.getParent());
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (channel.tryLock() == null) {
                channel.close();
                throw new UsageException("another Longtake already uses the folder " + folder);
            }
            empty(folder);
            return new ScratchFolder(channel);
        } catch (IOException e) {
            throw new UsageException("can't use the folder " + folder + ": " + e);
        }
    }

    private static void empty(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            try (Stream<Path> old = Files.walk(folder)) {
                List<Path> deepestFirst = old.sorted(Comparator.reverseOrder()).toList();
                for (Path path : deepestFirst) {
                    Files.delete(path);
                }
            }
        }
        Files.createDirectories(folder);
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
