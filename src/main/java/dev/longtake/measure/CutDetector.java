package dev.longtake.measure;

/** Finds hard cuts. */
final class CutDetector {}
