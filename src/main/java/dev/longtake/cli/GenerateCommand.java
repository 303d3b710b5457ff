package dev.longtake.cli;

import dev.longtake.director.Director;
import dev.longtake.director.GrowingFilm;
import dev.longtake.film.CancelToken;
import dev.longtake.film.CancelledException;
import dev.longtake.film.InvalidFieldException;
import dev.longtake.film.Recipe;
import dev.longtake.media.FilmWriter;
import dev.longtake.media.VideoFormat;
import dev.longtake.pack.ModelPack;
import dev.longtake.pack.PackManifest;
import dev.longtake.studio.RecipeFile;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes a film and writes it to a file, chunk by chunk. */
@Command(name = "generate", mixinStandardHelpOptions = true, description = "Make a film from a sentence.",
        sortOptions = false)
final class GenerateCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private RecipeOptions recipeOptions;

    @Option(names = {"-o", "--output"}, paramLabel = "FILE", defaultValue = "film.mp4",
            description = "MP4 file to write (default: film.mp4).")
    private Path output;

    @Option(names = "--server", paramLabel = "URL", defaultValue = "${env:LONGTAKE_SERVER:-}",
            description = "Let the studio at this address make the film, and follow it (default: make it here).")
    private String server;

    @Option(names = "--api-key", paramLabel = "KEY", defaultValue = "${env:LONGTAKE_API_KEY:-}",
            description = "Whose film it is there (default: nobody's whom the studio knows).")
    private String apiKey;

    @Mixin
    private EngineOptions engine;

    @Override
    public Integer call() throws IOException {
        requireWritable(output);
        if (!server.isBlank()) {
            return elsewhere(new RemoteStudio(address(server), Optional.of(apiKey.strip()).filter(key -> !key.isEmpty())));
        }
        Path folder = engine.packFolder();
        PackManifest manifest = PackManifest.read(folder);
        RecipeFile.Contents wanted = recipeOptions.recipe(manifest);
        CancelToken token = new CancelToken();
        EndSignals signals = new EndSignals();
        // Stops the networks; the unfinished file goes with them.
        signals.listen(token::cancel);
        try {
            film(folder, manifest, wanted, recipeOptions.enhanced(manifest), token);
        } catch (CancelledException e) {
            return signals.exitCode();
        }
        spec.commandLine().getOut().printf("%s: %d frames, seed %d%n", output,
                wanted.recipe().frames(), wanted.recipe().seed());
        return 0;
    }

    private int elsewhere(RemoteStudio studio) throws IOException {
        JsonObject film = studio.create(recipeOptions.request());
        spec.commandLine().getErr().println("following " + studio.at(film.getJsonObject("links").getString("page")));
        spec.commandLine().getErr().flush();
        JsonObject done;
        try (FilmProgress progress =
                new FilmProgress(film.getInteger("frames"), film.getInteger("chunks"), film.getInteger("steps"))) {
            done = studio.follow(film, event -> show(event, progress));
        }
        if (done.getInteger("framesDone") == 0) {
            throw new IOException("the film has no frame: it " + outcome(done));
        }
        studio.download(done, output);
        spec.commandLine().getOut().printf("%s: %d frames, seed %d%n",
                output, done.getInteger("framesDone"), done.getLong("seed"));
        spec.commandLine().getOut().flush();
        if (!done.getString("state").equals("finished")) {
            throw new IOException("the film is not complete: it " + outcome(done));
        }
        JsonObject enhancement = done.getJsonObject("enhancement");
        if (enhancement != null && enhancement.getString("state").equals("failed")) {
            throw new IOException("the film is as it was made: refining it failed: " + enhancement.getString("error"));
        }
        return 0;
    }

    private static void show(JsonObject event, FilmProgress progress) {
        switch (event.getString("type")) {
            case "progress" -> {
                progress.onStep();
                if (event.containsKey("etaSeconds")) {
                    progress.expect(event.getDouble("etaSeconds"));
                }
            }
            case "chunk" -> progress.reached(event.getInteger("chunk") + 1, event.getInteger("framesDone"));
            case "enhanced" -> progress.refinedTo(event.getInteger("enhancedFrames"));
            // What was made before anybody listened.
            case "state" -> {
                JsonObject film = event.getJsonObject("film");
                progress.reached(film.getInteger("chunksDone"), film.getInteger("framesDone"));
                if (film.containsKey("enhancement")) {
                    progress.refinedTo(film.getJsonObject("enhancement").getInteger("frames"));
                }
            }
            default -> { }
        }
    }

    private static String outcome(JsonObject film) {
        return film.getString("state").equals("failed") ? "failed: " + film.getString("error") : "was stopped";
    }

    private static URI address(String server) {
        try {
            URI address = new URI(server.strip());
            if (address.getHost() != null && List.of("http", "https").contains(address.getScheme())) {
                return address;
            }
        } catch (URISyntaxException e) {
            // said below
        }
        throw new InvalidFieldException("server", server, "an address such as https://films.example");
    }

    private void film(
            Path folder, PackManifest manifest, RecipeFile.Contents wanted, boolean enhanced, CancelToken token)
            throws IOException, CancelledException {
        Recipe recipe = wanted.recipe();
        try (Director director = new Director(ModelPack.open(folder, engine.device()))) {
            director.check(recipe);
            try (FilmWriter writer = new FilmWriter(output, format(manifest, enhanced));
                    FilmProgress progress = new FilmProgress(recipe, director.plan())) {
                if (enhanced) {
                    refined(director, wanted, writer, progress, token);
                } else {
                    director.film(recipe, wanted.image(), (step, steps, preview) -> progress.onStep(), chunk -> {
                        writer.write(chunk.frames());
                        progress.onChunk(chunk);
                    }, token);
                }
                writer.finish();
            }
        }
    }

    private static void refined(
            Director director, RecipeFile.Contents wanted, FilmWriter writer, FilmProgress progress, CancelToken token)
            throws IOException, CancelledException {
        Recipe recipe = wanted.recipe();
        GrowingFilm film = new GrowingFilm(director, recipe, (step, steps, preview) -> { }, frames -> {
            writer.write(frames);
            progress.onRefined(frames.count());
        }, token);
        director.film(recipe, wanted.image(), (step, steps, preview) -> progress.onStep(), chunk -> {
            progress.onChunk(chunk);
            List<float[]> made = chunk.snapshot().newFrames(director.plan());
            film.add(made.subList(0, chunk.frames().count()));
        }, token);
        film.end();
    }

    private static VideoFormat format(PackManifest manifest, boolean enhanced) {
        PackManifest.Video video = manifest.video();
        return enhanced
                ? manifest.enhancer().map(large -> new VideoFormat(large.width(), large.height(), video.fps())).orElseThrow()
                : new VideoFormat(video.width(), video.height(), video.fps());
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
