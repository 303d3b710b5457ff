package dev.longtake.studio;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.longtake.film.InvalidFieldException;
import dev.longtake.film.StartedException;
import java.time.Duration;

/**
 * Why a request was refused, as RFC 9457 (problem details) writes it.
 *
 * @param type    URN that names the kind of problem
 * @param title   the kind of problem in a few words
 * @param status  HTTP status
 * @param detail  a sentence to show to people
 * @param field   the input that is wrong; null where it is not about one
 * @param value   what that input was, shortened; null where it was missing
 * @param allowed what that input may be; null where {@code field} is
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Problem(String type, String title, int status, String detail, String field, String value, String allowed) {

    static final String MEDIA_TYPE = "application/problem+json";

    static Problem of(int status, String name, String title, String detail) {
        return new Problem(urn(name), title, status, detail, null, null, null);
    }

    static Problem of(InvalidFieldException invalid) {
        return new Problem(
                urn("invalid-field"),
                "Invalid input",
                400,
                sentence(invalid.getMessage()),
                invalid.field(),
                invalid.value(),
                invalid.allowed());
    }

    static Problem of(StartedException started) {
        return new Problem(
                urn("already-started"),
                "Already started",
                409,
                sentence("What is made or being made can't be planned anew; from frame " + started.firstOpenFrame()
                        + " on the film can"),
                "timeline.frame",
                Integer.toString(started.frame()),
                started.firstOpenFrame() + " or more");
    }

    static Problem notFound(String what) {
        return of(404, "not-found", "Not found", "There is no such " + what + ".");
    }

    static Problem conflict(String detail) {
        return of(409, "wrong-state", "Not possible now", detail);
    }

    ProblemException asException() {
        return asException(Duration.ZERO);
    }

    /** @param retryAfter when the same request may be possible */
    ProblemException asException(Duration retryAfter) {
        return new ProblemException(this, retryAfter);
    }

    private static String urn(String name) {
        return "urn:longtake:problem:" + name;
    }

    private static String sentence(String text) {
        return text.endsWith(".") ? text : text + ".";
    }
}
