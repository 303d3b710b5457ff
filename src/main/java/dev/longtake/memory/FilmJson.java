package dev.longtake.memory;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.longtake.film.Recipe;

/** Recipes as JSON. */
final class FilmJson {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private FilmJson() {}

    static String encode(Recipe recipe) {
        try {
            return MAPPER.writeValueAsString(recipe);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot write a recipe", e);
        }
    }

    static Recipe decode(String json) {
        try {
            return MAPPER.readValue(json, Recipe.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot read a recipe: " + json, e);
        }
    }
}
