package dev.longtake.director;

import dev.longtake.diffusion.RandomizedBlending;
import dev.longtake.film.CancelledException;
import dev.longtake.film.FrameRange;
import dev.longtake.film.PromptMix;
import dev.longtake.pack.Departure;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * The refining of one film from one of its windows on. Remembers what it was made from as far as that still matters, to
 * tell whether it is what another one would have come to.
 */
final class RefinementCourse {

    private final RandomizedBlending blending;
    private final Asked asked;
    /** What each window was asked to show. */
    private final Map<Integer, PromptMix> prompts = new HashMap<>();
    /** The film's frames as they were made, from {@link #fedFrom} on. */
    private final List<float[]> fed = new ArrayList<>();
    private int fedFrom;
    /** Refined frames that nobody has taken yet, from {@link #refinedFrom} on. */
    private final List<float[]> refined = new ArrayList<>();
    private int refinedFrom;

    /**
     * What a recipe asks of the whole film's refinement.
     *
     * @param negative what not to show
     */
    record Asked(long seed, String negative, Departure departure) { }

    /**
     * @param first    frame that it begins with
     * @param blending of the film from there on, which gives the refined frames to its argument
     */
    RefinementCourse(Asked asked, int first, Function<RandomizedBlending.Sink, RandomizedBlending> blending) {
        this.asked = asked;
        fedFrom = first;
        refinedFrom = first;
        this.blending = blending.apply((frame, latents) -> refined.add(latents));
    }

    /** The frame that it is to be fed next. */
    int end() {
        return fedFrom + fed.size();
    }

    /**
     * Whether it stands where one that is fed other latents from their beginning on would stand.
     *
     * @param wanted  frame that is to be taken next
     * @param first   the film's frame that {@code latents} begin with
     * @param mixes   what each window is to be asked to show
     * @param stride  frames from window to window
     */
    boolean leadsTo(
            Asked other, int wanted, int first, List<float[]> latents, IntFunction<PromptMix> mixes, int stride) {
        if (!other.equals(asked) || refinedFrom != wanted || first < fedFrom || end() > first + latents.size()) {
            return false;
        }
        for (int frame = first; frame < end(); frame++) {
            if (!Arrays.equals(fed.get(frame - fedFrom), latents.get(frame - first))) {
                return false;
            }
        }
        return prompts.entrySet().stream()
                .filter(prompt -> prompt.getKey() * stride >= first)
                .allMatch(prompt -> prompt.getValue().equals(mixes.apply(prompt.getKey())));
    }

    void asked(int window, PromptMix prompt) {
        prompts.put(window, prompt);
    }

    /**
     * Goes on by a frame.
     *
     * @param latents as the frame was made
     * @param source  the same in the enhancer's latents
     */
    void feed(float[] latents, float[] source) throws CancelledException {
        fed.add(latents);
        blending.add(source);
    }

    /** The film ends here; nothing more can be fed. */
    void finish() throws CancelledException {
        blending.end();
    }

    boolean has(FrameRange range) {
        return range.from() >= refinedFrom && range.to() <= refinedFrom + refined.size();
    }

    /** Takes refined frames away, and those before them. */
    List<float[]> take(FrameRange range) {
        List<float[]> taken =
                List.copyOf(refined.subList(range.from() - refinedFrom, range.to() - refinedFrom));
        refined.subList(0, range.to() - refinedFrom).clear();
        refinedFrom = range.to();
        return taken;
    }

    /** What came before {@code frame} has no part in what comes. */
    void forgetBefore(int frame, int stride) {
        if (frame > fedFrom) {
            fed.subList(0, frame - fedFrom).clear();
            fedFrom = frame;
        }
        prompts.keySet().removeIf(window -> window * stride < frame);
    }
}
