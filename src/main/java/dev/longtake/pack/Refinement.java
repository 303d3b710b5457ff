package dev.longtake.pack;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.longtake.diffusion.DpmSolverSde;
import dev.longtake.diffusion.FlowRefinement;
import dev.longtake.diffusion.Guidance;
import dev.longtake.diffusion.RefinementSolver;
import dev.longtake.film.InvalidFieldException;
import dev.longtake.film.Recipe;
import java.util.List;

/** How a pack's enhancer was trained to denoise, and with which settings it is used. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "sampler", include = JsonTypeInfo.As.EXISTING_PROPERTY,
        visible = true)
@JsonSubTypes({
    @JsonSubTypes.Type(value = Refinement.Flow.class, name = Refinement.Flow.SAMPLER),
    @JsonSubTypes.Type(value = Refinement.DpmSde.class, name = Refinement.DpmSde.SAMPLER)
})
public sealed interface Refinement {

    /** Steps of refinement, usually. */
    int steps();

    /** Classifier-free guidance, usually; 1 is off. */
    double guidanceScale();

    /** Most steps that it can be done in. */
    int mostSteps();

    /** @param number of steps, 1 to {@link #mostSteps()} */
    RefinementSolver solver(int number);

    /**
     * What the predictions without and with the prompt become.
     *
     * @param departure of the film's recipe
     */
    Guidance guidance(Departure departure);

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
        public int mostSteps() {
            return Recipe.MOST_STEPS;
        }

        @Override
        public RefinementSolver solver(int number) {
            return new FlowRefinement(number, strength);
        }

        @Override
        public Guidance guidance(Departure departure) {
            return new Guidance(departure.guidance(guidanceScale));
        }
    }

    /**
     * The original's enhancer (reference-spec 6.3 and 6.4).
     *
     * @param schedule        of the training's noise
     * @param noiseLevels     of the training's how many are gone back to, such as 600
     * @param guidanceRescale share, 0 to 1, in which the guided prediction is given the spread of the prompt's own
     */
    record DpmSde(
            String sampler,
            String prediction,
            Schedule schedule,
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
            new DpmSolverSde(steps, noiseLevels, schedule.solved());
        }

        /**
         * Log-SNR like a cosine, shifted, to zero terminal SNR.
         *
         * @param logSnrLimit at the ends before it is shifted
         * @param logSnrShift divisors of the noise at the clean and at the noisy end
         */
        public record Schedule(int trainTimesteps, double logSnrLimit, List<Double> logSnrShift) {
            public Schedule {
                if (trainTimesteps < 3 || trainTimesteps > 100_000) {
                    throw new InvalidFieldException(
                            "enhancer.diffusion.schedule.trainTimesteps", trainTimesteps, "3 to 100000");
                }
                if (!(logSnrLimit > 0 && logSnrLimit <= 20)) {
                    throw new InvalidFieldException(
                            "enhancer.diffusion.schedule.logSnrLimit", logSnrLimit, "more than 0, at most 20");
                }
                if (logSnrShift.size() != 2 || logSnrShift.stream().anyMatch(shift -> !(shift >= 1 && shift <= 100))) {
                    throw new InvalidFieldException(
                            "enhancer.diffusion.schedule.logSnrShift", logSnrShift, "two numbers, 1 to 100");
                }
                logSnrShift = List.copyOf(logSnrShift);
            }

            private DpmSolverSde.Schedule solved() {
                return new DpmSolverSde.Schedule(trainTimesteps, logSnrLimit, logSnrShift.get(0), logSnrShift.get(1));
            }
        }

        @Override
        public int mostSteps() {
            return Math.min(Recipe.MOST_STEPS, noiseLevels - 1);
        }

        @Override
        public RefinementSolver solver(int number) {
            return new DpmSolverSde(number, noiseLevels, schedule.solved());
        }

        @Override
        public Guidance guidance(Departure departure) {
            return new Guidance(departure.guidance(guidanceScale), guidanceRescale);
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
