package dev.longtake.pack;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.longtake.diffusion.DpmSolverSde;
import dev.longtake.diffusion.FlowRefinement;
import dev.longtake.diffusion.Guidance;
import dev.longtake.diffusion.RefinementSolver;
import dev.longtake.film.InvalidFieldException;
import dev.longtake.film.Recipe;

/** How a pack's enhancer was trained to denoise, and with which settings it is used. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "sampler", include = JsonTypeInfo.As.EXISTING_PROPERTY,
        visible = true)
@JsonSubTypes({
    @JsonSubTypes.Type(value = Refinement.Flow.class, name = Refinement.Flow.SAMPLER),
    @JsonSubTypes.Type(value = Refinement.DpmSde.class, name = Refinement.DpmSde.SAMPLER)
})
public sealed interface Refinement {

    /** Steps of refinement. */
    int steps();

    RefinementSolver solver();

    /** What the predictions without and with the prompt become. */
    Guidance guidance();

    /**
     * Rectified flow, solved by Euler steps.
     *
     * @param strength how much of the film is replaced by noise at the start: more than 0, at most 1
     */
    record Flow(String sampler, String prediction, double strength, int steps, double guidanceScale)
            implements Refinement {

        static final String SAMPLER = "euler";

        public Flow {
            if (!"flow".equals(prediction)) {
                throw new InvalidFieldException(
                        "enhancer.diffusion.prediction", prediction, "flow where the sampler is " + SAMPLER);
            }
            if (!(strength > 0 && strength <= 1)) {
                throw new InvalidFieldException("enhancer.diffusion.strength", strength, "more than 0, at most 1");
            }
            requireCommon(steps, guidanceScale);
        }

        @Override
        public RefinementSolver solver() {
            return new FlowRefinement(steps, strength);
        }

        @Override
        public Guidance guidance() {
            return new Guidance(guidanceScale);
        }
    }

    /**
     * The original's enhancer (reference-spec 6.3 and 6.4).
     *
     * @param noiseLevels     of the training's how many are gone back to, such as 600
     * @param guidanceRescale share, 0 to 1, in which the guided prediction is given the spread of the prompt's own
     */
    record DpmSde(
            String sampler,
            String prediction,
            int noiseLevels,
            int steps,
            double guidanceScale,
            double guidanceRescale) implements Refinement {

        static final String SAMPLER = "dpm-solver++-sde";

        public DpmSde {
            if (!"v".equals(prediction)) {
                throw new InvalidFieldException(
                        "enhancer.diffusion.prediction", prediction, "v where the sampler is " + SAMPLER);
            }
            requireCommon(steps, guidanceScale);
            if (!(guidanceRescale >= 0 && guidanceRescale <= 1)) {
                throw new InvalidFieldException("enhancer.diffusion.guidanceRescale", guidanceRescale, "0 to 1");
            }
            new DpmSolverSde(steps, noiseLevels);
        }

        @Override
        public RefinementSolver solver() {
            return new DpmSolverSde(steps, noiseLevels);
        }

        @Override
        public Guidance guidance() {
            return new Guidance(guidanceScale, guidanceRescale);
        }
    }

    private static void requireCommon(int steps, double guidanceScale) {
        if (steps < 1 || steps > Recipe.MOST_STEPS) {
            throw new InvalidFieldException("enhancer.diffusion.steps", steps, "1 to " + Recipe.MOST_STEPS);
        }
        if (!(guidanceScale >= 1 && guidanceScale <= Recipe.STRONGEST_GUIDANCE)) {
            throw new InvalidFieldException(
                    "enhancer.diffusion.guidanceScale", guidanceScale, "1 to " + Recipe.STRONGEST_GUIDANCE);
        }
    }
}
