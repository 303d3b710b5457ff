package dev.longtake.film;

import java.util.Optional;

/**
 * Where a take comes from. All takes of one tree have the same root, also when films between have been deleted.
 *
 * @param root     the film that the tree grew from; a film that is no take is its own
 * @param parent   the film that the take goes on from; empty for a film that is no take
 * @param forkedAt first frame that is the take's own, 0 for a film that is no take
 */
public record Lineage(FilmId root, Optional<FilmId> parent, int forkedAt) {

    /** A film that is no take of another. */
    public static Lineage original(FilmId id) {
        return new Lineage(id, Optional.empty(), 0);
    }
}
