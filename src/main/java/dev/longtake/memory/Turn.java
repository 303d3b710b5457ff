package dev.longtake.memory;

import dev.longtake.film.FilmId;

/** A turn of a film in the queue. A film has at most one for each stage. */
record Turn(FilmId film, Stage stage) {

    private static final String ENHANCEMENT = ":enhancement";

    static Turn of(String name) {
        return name.endsWith(ENHANCEMENT)
                ? new Turn(new FilmId(name.substring(0, name.length() - ENHANCEMENT.length())), Stage.ENHANCEMENT)
                : new Turn(new FilmId(name), Stage.CHUNKS);
    }

    /** Its name in the queue: that of the film where its chunks are made, as it was before there was anything else. */
    @Override
    public String toString() {
        return stage == Stage.ENHANCEMENT ? film + ENHANCEMENT : film.value();
    }
}
