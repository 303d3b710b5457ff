package dev.longtake.director;

import dev.longtake.film.Recipe;
import dev.longtake.pack.ModelPack;
import java.util.Optional;

/**
 * What shows a film's latents: its first chunk's may belong to another autoencoder than the others'.
 *
 * @param main  of all chunks that the main networks make
 * @param first of those that a pack's first networks make; empty where it has none
 */
record Projectors(Projector main, Optional<Projector> first) {

    static Projectors of(ModelPack pack) {
        return new Projectors(
                new Projector(pack.vaeDecoder(), pack.manifest()),
                pack.first().map(networks -> new Projector(networks.decoder(), pack.manifest())));
    }

    /** Whether the pack's first networks make a chunk; they know nothing of pictures. */
    boolean fromFirst(Recipe recipe, int chunk) {
        return chunk == 0 && first.isPresent() && !recipe.fromImage();
    }

    Projector of(Recipe recipe, int chunk) {
        return fromFirst(recipe, chunk) ? first.orElseThrow() : main;
    }
}
