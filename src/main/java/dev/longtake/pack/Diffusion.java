package dev.longtake.pack;

import com.fasterxml.jackson.annotation.JacksonInject;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.OptBoolean;
import dev.longtake.diffusion.BetaSchedule;
import dev.longtake.diffusion.DdimSampler;
import dev.longtake.diffusion.DpmSolverSampler;
import dev.longtake.diffusion.EulerFlowSampler;
import dev.longtake.diffusion.Prediction;
import dev.longtake.diffusion.Sampler;
import dev.longtake.film.InvalidFieldException;
import dev.longtake.film.Mode;
import dev.longtake.film.Recipe;
import java.util.Optional;

/** How a pack's network was trained to denoise, and with which settings it is best used. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "sampler", include = JsonTypeInfo.As.EXISTING_PROPERTY,
        visible = true)
@JsonSubTypes({
    @JsonSubTypes.Type(value = Diffusion.Euler.class, name = "euler"),
    @JsonSubTypes.Type(value = Diffusion.Ddim.class, name = Diffusion.Ddim.SAMPLER),
    @JsonSubTypes.Type(value = Diffusion.DpmSolver.class, name = Diffusion.DpmSolver.SAMPLER)
})
public sealed interface Diffusion {

    /** What the network predicts: {@code flow}, {@code epsilon} or {@code v}. */
    String prediction();

    /** Denoising steps in careful mode unless a recipe says otherwise. */
    int steps();

    /** Most steps that it can be sampled in. */
    int mostSteps();

    /** Classifier-free guidance in careful mode unless a recipe says otherwise; 1 is off. */
    double guidanceScale();

    /** What a distilled network can do in a few steps; empty for any other. */
    default Optional<Fast> fast() {
        return Optional.empty();
    }

    /**
     * The sampler for a number of steps.
     *
     * @throws InvalidFieldException if the network was not trained for so many, or not for the mode
     */
    Sampler sampler(Mode mode, int steps);

    /**
     * What {@link #fast} holds.
     *
     * @throws InvalidFieldException if it is empty
     */
    default Fast requireFast() {
        return fast().orElseThrow(() -> new InvalidFieldException("mode", Mode.FAST.word(),
                Mode.CAREFUL.word() + " (the pack has no other mode)"));
    }

    /**
     * Sampling by a distilled network: one pass a step, in which guidance is folded.
     *
     * @param steps         unless a recipe says otherwise
     * @param leastSteps    fewest that the network has learnt
     * @param mostSteps     most that it has learnt
     * @param guidanceScale that its predictions hold
     */
    record Fast(int steps, int leastSteps, int mostSteps, double guidanceScale) {

        public Fast {
            if (leastSteps < 1 || leastSteps > Recipe.MOST_STEPS) {
                throw new InvalidFieldException("diffusion.fast.leastSteps", leastSteps, "1 to " + Recipe.MOST_STEPS);
            }
            if (mostSteps < leastSteps || mostSteps > Recipe.MOST_STEPS) {
                throw new InvalidFieldException("diffusion.fast.mostSteps", mostSteps,
                        leastSteps + " to " + Recipe.MOST_STEPS);
            }
            if (steps < leastSteps || steps > mostSteps) {
                throw new InvalidFieldException("diffusion.fast.steps", steps, leastSteps + " to " + mostSteps);
            }
            checkGuidance("diffusion.fast.guidanceScale", guidanceScale);
        }

        /** Whether the network has learnt to be sampled in so many steps. */
        public boolean allows(int number) {
            return number >= leastSteps && number <= mostSteps;
        }

        void requireSteps(int number) {
            if (!allows(number)) {
                throw new InvalidFieldException("steps", number,
                        leastSteps + " to " + mostSteps + " in fast mode (any number only in careful mode)");
            }
        }

        /** @throws InvalidFieldException if the network's predictions hold another guidance */
        public void requireGuidance(double guidance) {
            if (guidance != guidanceScale) {
                throw new InvalidFieldException("guidance", guidance,
                        guidanceScale + " in fast mode (another one only in careful mode)");
            }
        }
    }

    /**
     * Rectified flow, solved by Euler steps.
     *
     * @param shift more than 1 spends more steps at high noise
     * @param fast  may be left out
     */
    record Euler(
            String sampler,
            String prediction,
            double shift,
            int steps,
            double guidanceScale,
            @JacksonInject(value = ManifestReader.FAST, useInput = OptBoolean.TRUE) Optional<Fast> fast) implements Diffusion {

        public Euler {
            checkDefaults(steps, guidanceScale);
            if (!"flow".equals(prediction)) {
                throw new InvalidFieldException("diffusion.prediction", prediction, "flow where the sampler is euler");
            }
            if (!(shift > 0 && shift <= 100)) {
                throw new InvalidFieldException("diffusion.shift", shift, "more than 0, at most 100");
            }
        }

        @Override
        public int mostSteps() {
            return Recipe.MOST_STEPS;
        }

        @Override
        public Sampler sampler(Mode mode, int number) {
            if (mode == Mode.CAREFUL) {
                return new EulerFlowSampler(number, shift, EulerFlowSampler.Velocity.MOMENTARY);
            }
            requireFast().requireSteps(number);
            return new EulerFlowSampler(number, shift, EulerFlowSampler.Velocity.AVERAGE);
        }
    }

    /**
     * A network trained on scaled-linear betas, sampled by DDIM (reference-spec of StreamingT2V §1.2).
     *
     * @param trainTimesteps timesteps of the training, such as 1000
     * @param stepsOffset    added to every timestep of the "leading" spacing
     * @param eta            0 (no noise is added) to 1 (as much as DDPM adds)
     */
    record Ddim(
            String sampler,
            String prediction,
            int trainTimesteps,
            double betaStart,
            double betaEnd,
            int stepsOffset,
            double eta,
            int steps,
            double guidanceScale) implements Diffusion {

        static final String SAMPLER = "ddim";

        public Ddim {
            checkDefaults(steps, guidanceScale);
            checkTraining(SAMPLER, prediction, trainTimesteps, betaStart, betaEnd, steps);
            if (stepsOffset < 0 || stepsOffset > 1) {
                throw new InvalidFieldException("diffusion.stepsOffset", stepsOffset, "0 or 1");
            }
            if (!(eta >= 0 && eta <= 1)) {
                throw new InvalidFieldException("diffusion.eta", eta, "0 to 1");
            }
        }

        @Override
        public int mostSteps() {
            return Math.min(Recipe.MOST_STEPS, trainTimesteps - 1);
        }

        @Override
        public Sampler sampler(Mode mode, int number) {
            if (mode == Mode.FAST) {
                requireFast();
            }
            return new DdimSampler(
                    number, new BetaSchedule(trainTimesteps, betaStart, betaEnd), stepsOffset, predicted(prediction), eta);
        }
    }

    /**
     * A network trained on scaled-linear betas, sampled by DPM-Solver++(2M) (reference-spec of StreamingT2V §1.1).
     *
     * @param trainTimesteps timesteps of the training, such as 1000
     */
    record DpmSolver(
            String sampler,
            String prediction,
            int trainTimesteps,
            double betaStart,
            double betaEnd,
            int steps,
            double guidanceScale) implements Diffusion {

        static final String SAMPLER = "dpm-solver++";

        public DpmSolver {
            checkDefaults(steps, guidanceScale);
            checkTraining(SAMPLER, prediction, trainTimesteps, betaStart, betaEnd, steps);
        }

        @Override
        public int mostSteps() {
            return Math.min(Recipe.MOST_STEPS, trainTimesteps - 1);
        }

        @Override
        public Sampler sampler(Mode mode, int number) {
            if (mode == Mode.FAST) {
                requireFast();
            }
            return new DpmSolverSampler(
                    number, new BetaSchedule(trainTimesteps, betaStart, betaEnd), predicted(prediction));
        }
    }

    private static Prediction predicted(String prediction) {
        return prediction.equals("v") ? Prediction.V : Prediction.EPSILON;
    }

    private static void checkTraining(
            String sampler, String prediction, int timesteps, double betaStart, double betaEnd, int steps) {
        if (!"epsilon".equals(prediction) && !"v".equals(prediction)) {
            throw new InvalidFieldException(
                    "diffusion.prediction", prediction, "epsilon or v where the sampler is " + sampler);
        }
        if (timesteps < steps || timesteps > 100_000) {
            throw new InvalidFieldException("diffusion.trainTimesteps", timesteps, steps + " to 100000");
        }
        if (!(betaStart > 0 && betaStart < 1)) {
            throw new InvalidFieldException("diffusion.betaStart", betaStart, "between 0 and 1");
        }
        if (!(betaEnd >= betaStart && betaEnd < 1)) {
            throw new InvalidFieldException("diffusion.betaEnd", betaEnd, "between betaStart and 1");
        }
    }

    private static void checkDefaults(int steps, double guidanceScale) {
        if (steps < 1 || steps > Recipe.MOST_STEPS) {
            throw new InvalidFieldException("diffusion.steps", steps, "1 to " + Recipe.MOST_STEPS);
        }
        checkGuidance("diffusion.guidanceScale", guidanceScale);
    }

    private static void checkGuidance(String field, double guidanceScale) {
        if (!(guidanceScale >= 1 && guidanceScale <= Recipe.STRONGEST_GUIDANCE)) {
            throw new InvalidFieldException(field, guidanceScale, "1 to " + Recipe.STRONGEST_GUIDANCE);
        }
    }
}
