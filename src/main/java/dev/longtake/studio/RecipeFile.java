package dev.longtake.studio;

import dev.longtake.film.InvalidFieldException;
import dev.longtake.film.Recipe;
import dev.longtake.film.StartImage;
import dev.longtake.pack.PackManifest;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/** The file {@code recipe.json} that the studio gives out: what makes the same film again, here or there. */
public final class RecipeFile {

    private RecipeFile() { }

    /**
     * What is written in such a file.
     *
     * @param image the picture that the film begins with, if any
     */
    public record Contents(Recipe recipe, Optional<StartImage> image) { }

    /**
     * Reads a recipe for a pack.
     *
     * @param frames instead of the length it says; needed for an endless one
     * @throws IOException           if there is no such file
     * @throws InvalidFieldException naming what is wrong with it, or with this pack
     */
    public static Contents read(Path file, PackManifest manifest, OptionalInt frames) throws IOException {
        try {
            NewFilm film = Json.read(Buffer.buffer(Files.readAllBytes(file)), NewFilm.class);
            if (film.withoutEnd() && frames.isEmpty()) {
                throw new InvalidFieldException("frames", null, "given, for the film of this recipe has no end");
            }
            Optional<StartImage> image = film.startImage(manifest);
            Recipe recipe = film.toRecipe(manifest, Recipe.LONGEST_FILM, image);
            return new Contents(frames.isPresent() ? recipe.withFrames(frames.getAsInt()) : recipe, image);
        } catch (ProblemException e) {
            throw new InvalidFieldException("recipe", file, "a recipe.json; " + e.getMessage());
        }
    }
}
