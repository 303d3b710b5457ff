package dev.longtake.director;

import dev.longtake.film.InvalidFieldException;
import dev.longtake.film.Mode;
import dev.longtake.pack.Diffusion;
import dev.longtake.pack.PackManifest;

/**
 * How a film is to be denoised, as far as somebody has said so; the rest is chosen to fit. Everything may be null.
 *
 * @param mode     null: fast where the pack can and nothing was wished that only careful mode can do
 * @param steps    null: the mode's usual number
 * @param guidance null: the mode's usual strength
 */
public record SamplingWish(Mode mode, Integer steps, Double guidance) {

    /** No wish at all. */
    public static final SamplingWish NONE = new SamplingWish(null, null, null);

    /** What a recipe says; {@link RecipeCheck} tells whether the pack can do it. */
    public record Sampling(Mode mode, int steps, double guidanceScale) {}

    /**
     * Completes the wish.
     *
     * @param negativePrompt of the same film; may be null or blank
     * @throws InvalidFieldException if fast mode is wished of a pack that has none
     */
    public Sampling on(PackManifest manifest, String negativePrompt) {
        Diffusion diffusion = manifest.diffusion();
        Mode chosen = mode != null ? mode : fitting(diffusion, negativePrompt);
        if (chosen == Mode.FAST) {
            Diffusion.Fast fast = diffusion.requireFast();
            return new Sampling(chosen, orElse(steps, fast.steps()), orElse(guidance, fast.guidanceScale()));
        }
        return new Sampling(chosen, orElse(steps, diffusion.steps()), orElse(guidance, diffusion.guidanceScale()));
    }

    private Mode fitting(Diffusion diffusion, String negativePrompt) {
        boolean plain = guidance == null && (negativePrompt == null || negativePrompt.isBlank());
        boolean few = diffusion.fast().filter(fast -> steps == null || fast.allows(steps)).isPresent();
        return plain && few ? Mode.FAST : Mode.CAREFUL;
    }

    private static <T> T orElse(T wish, T usual) {
        return wish != null ? wish : usual;
    }
}
