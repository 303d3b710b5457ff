package dev.longtake.media;

/**
 * A piece of film that a browser can append to a {@code SourceBuffer}.
 *
 * @param init  fMP4 init segment (ftyp, moov), the same bytes for every segment of a film
 * @param media fMP4 media segment (moof, mdat), begins with a keyframe and carries its own time
 */
public record MediaSegment(byte[] init, byte[] media) {}
