package dev.longtake.studio;

import dev.longtake.pack.Diffusion;
import dev.longtake.pack.PackManifest;
import java.util.List;
import java.util.Map;

/**
 * A model pack as the API shows it.
 *
 * @param chunkFrames frames that appear at once at the beginning of a film
 * @param chunkStep   frames that appear at once from then on
 * @param steps       in careful mode, unless a film says otherwise
 * @param guidance    likewise
 * @param fast        null where the pack has no fast mode
 * @param enhancer    null where the pack can't refine films
 * @param images      whether films can begin with a picture
 * @param tokens      longest prompt in tokens
 */
record PackView(
        String name,
        String version,
        String title,
        String description,
        String licence,
        int width,
        int height,
        int fps,
        int chunkFrames,
        int chunkStep,
        int steps,
        double guidance,
        Fast fast,
        Enhancer enhancer,
        boolean images,
        int tokens,
        Map<String, List<String>> vocabulary,
        List<String> examples,
        Map<String, Object> provenance) {

    /** What the fast mode can do. */
    record Fast(int steps, int leastSteps, int mostSteps, double guidance) {

        static Fast of(Diffusion.Fast fast) {
            return new Fast(fast.steps(), fast.leastSteps(), fast.mostSteps(), fast.guidanceScale());
        }
    }

    /**
     * The stage that refines films.
     *
     * @param width            of refined films, in pixels
     * @param lookAheadFrames  frames that must have been made before the first can be refined
     * @param lookAheadSeconds the same as a time of the film
     */
    record Enhancer(int width, int height, int lookAheadFrames, double lookAheadSeconds) {

        static Enhancer of(PackManifest.Enhancer enhancer, int fps) {
            int lookAhead = enhancer.plan().lookAhead();
            return new Enhancer(enhancer.width(), enhancer.height(), lookAhead, (double) lookAhead / fps);
        }
    }

    static PackView of(PackManifest manifest) {
        return new PackView(
                manifest.name(),
                manifest.version(),
                manifest.title(),
                manifest.description(),
                manifest.licence(),
                manifest.video().width(),
                manifest.video().height(),
                manifest.video().fps(),
                manifest.chunk().frames(),
                manifest.chunk().step(),
                manifest.diffusion().steps(),
                manifest.diffusion().guidanceScale(),
                manifest.diffusion().fast().map(Fast::of).orElse(null),
                manifest.enhancer().map(enhancer -> Enhancer.of(enhancer, manifest.video().fps())).orElse(null),
                manifest.startsFromImages(),
                manifest.text().tokens(),
                manifest.vocabulary(),
                manifest.examples(),
                manifest.provenance());
    }
}
