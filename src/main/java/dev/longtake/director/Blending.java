package dev.longtake.director;

import dev.longtake.diffusion.RandomizedBlending.Order;
import dev.longtake.diffusion.RandomizedBlending.Sharing;

/** How refined windows are put together. Other ways than {@link #USUAL} are for comparison. */
public record Blending(Order order, Sharing sharing) {

    /** As in the paper, in an order that lets frames leave as soon as nothing can change them. */
    public static final Blending USUAL = new Blending(Order.WAVEFRONT, Sharing.BLENDED);
}
