package dev.longtake.cli;

import dev.longtake.director.Director;
import dev.longtake.film.CancelToken;
import dev.longtake.film.CancelledException;
import dev.longtake.film.Recipe;
import dev.longtake.media.FilmWriter;
import dev.longtake.media.VideoFormat;
import dev.longtake.pack.ModelPack;
import dev.longtake.pack.PackManifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes a film and writes it to a file, chunk by chunk. */
@Command(name = "generate", mixinStandardHelpOptions = true, description = "Make a film from a sentence.",
        sortOptions = false)
final class GenerateCommand implements Callable<Integer> {

    private static final int INTERRUPTED = 130;
    private static final int SECONDS_TO_CLEAN_UP = 10;

    @Spec
    private CommandSpec spec;

    @Mixin
    private RecipeOptions recipeOptions;

    @Option(names = {"-o", "--output"}, paramLabel = "FILE", defaultValue = "film.mp4",
            description = "MP4 file to write (default: film.mp4).")
    private Path output;

    @Mixin
    private EngineOptions engine;

    @Override
    public Integer call() throws IOException {
        requireWritable(output);
        Path folder = engine.packFolder();
        PackManifest manifest = PackManifest.read(folder);
        Recipe recipe = recipeOptions.recipe(manifest);
        CancelToken token = new CancelToken();
        CountDownLatch cleanedUp = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> cancel(token, cleanedUp), "interrupted"));
        try {
            film(folder, manifest, recipe, token);
        } catch (CancelledException e) {
            return INTERRUPTED;
        } finally {
            cleanedUp.countDown();
        }
        spec.commandLine().getOut().printf("%s: %d frames, seed %d%n", output, recipe.frames(), recipe.seed());
        return 0;
    }

    private void film(Path folder, PackManifest manifest, Recipe recipe, CancelToken token)
            throws IOException, CancelledException {
        PackManifest.Video video = manifest.video();
        VideoFormat format = new VideoFormat(video.width(), video.height(), video.fps());
        try (Director director = new Director(ModelPack.open(folder, engine.device()))) {
            director.check(recipe);
            try (FilmWriter writer = new FilmWriter(output, format);
                    FilmProgress progress = new FilmProgress(recipe, director.plan())) {
                director.film(recipe, (step, steps, preview) -> progress.onStep(), chunk -> {
                    writer.write(chunk.frames());
                    progress.onChunk(chunk);
                }, token);
                writer.finish();
            }
        }
    }

    /** Ctrl-C: stops the networks and waits until the unfinished file is gone. */
    private static void cancel(CancelToken token, CountDownLatch cleanedUp) {
        token.cancel();
        try {
            cleanedUp.await(SECONDS_TO_CLEAN_UP, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void requireWritable(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || Files.isDirectory(file)) {
            throw new UsageException("--output must be a file, but " + file + " is a folder");
        }
        if (!Files.isDirectory(folder)) {
            throw new UsageException("--output: there is no folder " + folder);
        }
        if (!Files.isWritable(folder)) {
            throw new UsageException("--output: the folder " + folder + " can't be written to");
        }
    }
}
