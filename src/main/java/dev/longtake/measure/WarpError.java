package dev.longtake.measure;

/** Motion Aware Warp Error. */
final class WarpError {}
