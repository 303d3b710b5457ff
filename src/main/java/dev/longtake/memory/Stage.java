package dev.longtake.memory;

/** The two ways in which a worker may serve a film, side by side with another worker. */
public enum Stage {
    /** Its chunks are made. */
    CHUNKS,
    /** Its frames are refined. */
    ENHANCEMENT
}
