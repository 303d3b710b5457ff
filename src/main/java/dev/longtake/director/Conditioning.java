package dev.longtake.director;

/**
 * What the chunks after the first are told of the film so far. Films for people always get the whole of it; the rest
 * is there to measure what each part is good for (StreamingT2V, ablation
 * studies).
 *
 * @param cam whether they know the last frames of the chunk before (short-term memory); without, CAM's features are
 *            switched off as in a first chunk, and the overlap is not held to those frames
 * @param apm whether they see the film's anchor frame (long-term memory); without, they read the text alone as a
 *            first chunk does
 */
public record Conditioning(boolean cam, boolean apm) {

    public static final Conditioning WHOLE = new Conditioning(true, true);
}
