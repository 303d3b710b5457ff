package dev.longtake.measure;

import dev.longtake.diffusion.RandomizedBlending.Order;
import dev.longtake.diffusion.RandomizedBlending.Sharing;
import dev.longtake.director.Blending;
import java.util.Optional;

/** What is done to a film after it was made, to be compared. */
public enum Rendition {

    /** Nothing: its frames are enlarged, bicubically. */
    AS_MADE("as made, enlarged", null),

    /** Refined window by window, each on its own. */
    INDEPENDENT("independent windows", new Blending(Order.WAVEFRONT, Sharing.NOTHING)),

    /** Refined with the same noise where windows overlap. */
    SHARED_NOISE("shared noise", new Blending(Order.WAVEFRONT, Sharing.NOISE)),

    /** Shared noise and randomized blending: the product's way, whose numbers are those of lock-step. */
    BLENDED("shared noise and randomized blending", Blending.USUAL),

    /** The same, a window finished before the next begins. */
    CAUSAL("the same in causal order", new Blending(Order.CAUSAL, Sharing.BLENDED));

    private final String label;
    private final Blending blending;

    Rendition(String label, Blending blending) {
        this.label = label;
        this.blending = blending;
    }

    /** As people read it. */
    public String label() {
        return label;
    }

    /** Empty if nothing is refined. */
    Optional<Blending> blending() {
        return Optional.ofNullable(blending);
    }
}
