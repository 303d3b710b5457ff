package dev.longtake.studio;

import dev.longtake.film.FilmId;

/**
 * Where to find what belongs to a film, as paths from the root.
 *
 * @param self   null on a share page, like {@code recipe}
 */
record FilmLinks(String self, String page, String live, String video, String poster, String recipe) {

    static FilmLinks ofOwner(FilmId id) {
        String self = "/api/films/" + id;
        return new FilmLinks(
                self, "/films/" + id, self + "/live", self + "/video.mp4", self + "/poster.jpg", self + "/recipe.json");
    }

    static FilmLinks ofShare(String token) {
        String page = "/v/" + token;
        return new FilmLinks(null, page, page + "/live", page + "/video.mp4", page + "/poster.jpg", null);
    }
}
