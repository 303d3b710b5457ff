package dev.longtake.director;

/**
 * Where the time of one chunk went.
 *
 * @param seconds        from the call to its result
 * @param networkSeconds the part of it spent inside ONNX Runtime
 */
public record ChunkStats(double seconds, double networkSeconds) {}
