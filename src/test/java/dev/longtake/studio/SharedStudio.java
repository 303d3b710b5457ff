package dev.longtake.studio;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives tests a {@link Studio}: one for all of them, since they never see each other's films. */
final class SharedStudio implements ParameterResolver {

    /** Closed by JUnit when all tests are done. */
    private record Opened(Path folder, Studio studio) implements AutoCloseable {

        static Opened open() {
            try {
                Path folder = Files.createTempDirectory("longtake-studio");
                return new Opened(folder, Studio.open(folder));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() throws IOException {
            studio.close();
            try (Stream<Path> files = Files.walk(folder)) {
                List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
                for (Path file : deepestFirst) {
                    Files.delete(file);
                }
            }
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Studio.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(ExtensionContext.Namespace.create(SharedStudio.class))
                .computeIfAbsent(Opened.class, key -> Opened.open(), Opened.class)
                .studio();
    }
}
