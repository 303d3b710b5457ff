package dev.longtake.studio;

import dev.longtake.film.InvalidFieldException;
import dev.longtake.film.Recipe;
import dev.longtake.pack.PackManifest;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;

/** The file {@code recipe.json} that the studio gives out: what makes the same film again, here or there. */
public final class RecipeFile {

    private RecipeFile() { }

    /**
     * Reads a recipe for a pack.
     *
     * @param frames instead of the length it says; needed for an endless one
     * @throws IOException           if there is no such file
     * @throws InvalidFieldException naming what is wrong with it, or with this pack
     */
    public static Recipe read(Path file, PackManifest manifest, OptionalInt frames) throws IOException {
        try {
            NewFilm film = Json.read(Buffer.buffer(Files.readAllBytes(file)), NewFilm.class);
            if (film.withoutEnd() && frames.isEmpty()) {
                throw new InvalidFieldException("frames", null, "given, for the film of this recipe has no end");
            }
            Recipe recipe = film.toRecipe(manifest, Recipe.LONGEST_FILM);
            return frames.isPresent() ? recipe.withFrames(frames.getAsInt()) : recipe;
        } catch (ProblemException e) {
            throw new InvalidFieldException("recipe", file, "a recipe.json; " + e.getMessage());
        }
    }
}
