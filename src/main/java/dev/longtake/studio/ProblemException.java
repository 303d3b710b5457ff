package dev.longtake.studio;

import java.time.Duration;

/** Carries a {@link Problem} to where the response is written. */
final class ProblemException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Problem problem;
    private final Duration retryAfter;

    /** @param retryAfter when the same request may be possible; zero if nobody knows */
    ProblemException(Problem problem, Duration retryAfter) {
        super(problem.detail(), null, false, false);
        this.problem = problem;
        this.retryAfter = retryAfter;
    }

    Duration retryAfter() {
        return retryAfter;
    }

    Problem problem() {
        return problem;
    }
}
