package dev.longtake.studio;

import dev.longtake.film.FilmId;

/**
 * Where to find what belongs to a film, as paths from the root.
 *
 * @param self   null on a share page, like {@code recipe}, {@code chunks} and {@code takes}
 * @param stills URI template: the small picture of {@code {chunk}}
 * @param frame  URI template: the picture of {@code {frame}} as PNG
 */
record FilmLinks(
        String self,
        String page,
        String live,
        String video,
        String poster,
        String stills,
        String frame,
        String gif,
        String webp,
        String recipe,
        String chunks,
        String takes) {

    private static final String STILL = "/chunks/{chunk}/still.jpg";
    private static final String FRAME = "/frame.png?frame={frame}";
    private static final String GIF = "/film.gif";
    private static final String WEBP = "/film.webp";

    static FilmLinks ofOwner(FilmId id) {
        String self = "/api/films/" + id;
        return new FilmLinks(
                self, "/films/" + id, self + "/live", self + "/video.mp4", self + "/poster.jpg",
                self + STILL, self + FRAME, self + GIF, self + WEBP, self + "/recipe.json", self + "/chunks", self + "/takes");
    }

    static FilmLinks ofShare(String token) {
        String page = "/v/" + token;
        return new FilmLinks(null, page, page + "/live", page + "/video.mp4", page + "/poster.jpg", page + STILL,
                page + FRAME, page + GIF, page + WEBP, null, null, null);
    }

    /** The small picture of a chunk. */
    String still(int chunk) {
        return stills.replace("{chunk}", Integer.toString(chunk));
    }
}
