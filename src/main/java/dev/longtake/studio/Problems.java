package dev.longtake.studio;

import dev.longtake.film.InvalidFieldException;
import dev.longtake.film.StartedException;
import dev.longtake.memory.ChangedMeanwhileException;
import dev.longtake.memory.UnknownFilmException;
import io.vertx.core.Handler;
import io.vertx.core.VertxException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import io.vertx.openapi.validation.ValidatorException;
import io.vertx.redis.client.impl.types.ErrorType;
import java.io.IOException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers requests that failed: people who look for a page get one, programs get problem+json. */
final class Problems implements Handler<RoutingContext> {

    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

    private final Pages pages;
    private final Violations violations;

    Problems(Pages pages, Violations violations) {
        this.pages = pages;
        this.violations = violations;
    }

    @Override
    public void handle(RoutingContext rc) {
        answer(rc, rc.statusCode());
    }

    /** For what fails before any route is reached: the router tells the status to nobody but its error handlers. */
    Handler<RoutingContext> of(int status) {
        return rc -> answer(rc, rc.statusCode() > 0 ? rc.statusCode() : status);
    }

    private void answer(RoutingContext rc, int status) {
        if (rc.response().ended() || rc.response().closed()) {
            LOG.debug("{} {} was left by its client: {}", rc.request().method(), rc.request().path(), rc.failure());
            return;
        }
        Problem problem = explain(rc, status);
        if (problem.status() == 503) {
            LOG.warn("{} {}: the memory is away: {}",
                    rc.request().method(), rc.request().path(), rc.failure().toString());
        } else if (problem.status() >= 500 && !(rc.failure() instanceof ProblemException)) {
            LOG.error("{} {} failed with {}",
                    rc.request().method(), rc.request().path(), problem.status(), rc.failure());
        }
        // A request for a socket was held back until there is one.
        Operations.release(rc);
        if (rc.response().headWritten()) {
            // Too late to say anything: a broken connection is the only way to tell that the body is incomplete.
            rc.request().connection().close();
            return;
        }
        rc.response().setStatusCode(problem.status());
        if (rc.failure() instanceof ProblemException known && !known.retryAfter().isZero()) {
            rc.response().putHeader(HttpHeaders.RETRY_AFTER, Long.toString(wholeSeconds(known.retryAfter())));
        }
        if (problem.status() == 404 && wantsPage(rc)) {
            pages.missing(rc, problem).onFailure(failure -> write(rc, problem));
        } else {
            write(rc, problem);
        }
    }

    private static void write(RoutingContext rc, Problem problem) {
        rc.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE)
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(Json.write(problem));
    }

    private static long wholeSeconds(Duration time) {
        return time.plusNanos(999_999_999).toSeconds();
    }

    private static boolean wantsPage(RoutingContext rc) {
        String accept = rc.request().getHeader(HttpHeaders.ACCEPT);
        return !rc.request().path().startsWith("/api/") && accept != null && accept.contains("text/html");
    }

    private Problem explain(RoutingContext rc, int status) {
        Throwable failure = rc.failure();
        if (failure instanceof HttpException && failure.getCause() instanceof ValidatorException refusal) {
            return violations.explain(rc, Operations.of(rc), refusal);
        }
        return failure instanceof ValidatorException refusal
                ? violations.explain(rc, Operations.of(rc), refusal)
                : explain(rc, failure, status);
    }

    private static Problem explain(RoutingContext rc, Throwable failure, int status) {
        if (failure instanceof ProblemException known) {
            return known.problem();
        }
        if (failure instanceof InvalidFieldException invalid) {
            return Problem.of(invalid);
        }
        if (failure instanceof StartedException started) {
            return Problem.of(started);
        }
        if (failure instanceof ChangedMeanwhileException) {
            return Problem.of(412, "changed-meanwhile", "Changed meanwhile",
                    "Somebody else changed the film's timeline meanwhile; look at it and try again.");
        }
        if (failure instanceof UnknownFilmException) {
            return Problem.notFound("film");
        }
        if (failure instanceof IOException || failure instanceof VertxException || failure instanceof ErrorType) {
            return Problem.of(503, "memory-away", "Not possible at the moment",
                    "The studio can't reach its memory. Nothing is lost; try again in a moment.");
        }
        int code = failure instanceof HttpException http ? http.getStatusCode() : status;
        return switch (code) {
            case 400 -> Problem.of(400, "bad-request", "Bad request", "The request can't be understood.");
            case 404 -> Problem.notFound("page");
            case 413 -> Problem.of(413, "body-too-large", "Body too large",
                    "The body must be at most " + Operations.largestBody(Operations.of(rc)) + " bytes.");
            case 414 -> Problem.of(414, "address-too-long", "Address too long", "The address is too long.");
            default -> code >= 400 && code < 500
                    ? Problem.of(code, "refused", "Refused", "The request was refused.")
                    : Problem.of(500, "internal", "Internal error",
                            "Something went wrong in the studio. It was logged; please try again.");
        };
    }
}
