package dev.longtake.studio;

import dev.longtake.film.Film;
import dev.longtake.film.InvalidFieldException;
import dev.longtake.film.Recipe;
import dev.longtake.media.Loop;
import dev.longtake.media.VideoFormat;
import dev.longtake.memory.FilmMemory;
import dev.longtake.memory.ShareTerms;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.text.Normalizer;
import java.time.Duration;

/** A film's files. */
final class MediaApi {

    private static final int LONGEST_NAME = 60;
    private static final int LEAST_WIDTH = 256;
    private static final Duration BUSY = Duration.ofSeconds(10);
    /** A readable name would tell the prompt. */
    private static final String NAMELESS = "longtake-film";

    private final FilmMemory films;
    private final VideoFiles videos;
    private final ChunkStills stills;
    private final ClipFiles clips;
    private final FilmAccess access;
    private final int usualWidth;

    /** @param format of the films */
    MediaApi(
            FilmMemory films,
            VideoFiles videos,
            ChunkStills stills,
            ClipFiles clips,
            VideoFormat format,
            FilmAccess access) {
        this.films = films;
        this.videos = videos;
        this.stills = stills;
        this.clips = clips;
        this.access = access;
        // Small films are enlarged by a whole number.
        int enlarged = format.width() * Math.max(1, (LEAST_WIDTH + format.width() - 1) / format.width());
        this.usualWidth = Math.min(enlarged, Loop.WIDEST);
    }

    Future<?> video(RoutingContext rc) {
        return access.ticket(rc).look().compose(sight -> {
            Film film = requireFrames(sight);
            attach(rc, sight, ".mp4");
            return videos.get(film).compose(file -> RangedFile.send(rc, file, "video/mp4", version(film)));
        });
    }

    Future<?> poster(RoutingContext rc) {
        return access.ticket(rc).load()
                .compose(film -> films.poster(film.id()))
                .compose(poster -> poster
                        .map(jpeg -> Responses.bytes(rc, "image/jpeg", jpeg))
                        .orElseGet(() -> Future.failedFuture(Problem.notFound("poster yet").asException())));
    }

    Future<?> still(RoutingContext rc) {
        int chunk = Inputs.number("chunk", rc.pathParam("chunk"), 0, 0, Recipe.LONGEST_FILM);
        return access.ticket(rc).load().compose(film -> {
            int shown = film.plan().shownFrames(chunk, film.framesDone());
            String etag = '"' + film.id().value() + '-' + chunk + '-' + shown + '"';
            rc.response().putHeader(HttpHeaders.ETAG, etag);
            if (etag.equals(rc.request().getHeader(HttpHeaders.IF_NONE_MATCH))) {
                return rc.response().setStatusCode(304).end();
            }
            return stills.get(film, chunk).compose(still -> still
                    .map(jpeg -> Responses.bytes(rc, "image/jpeg", jpeg))
                    .orElseGet(() -> Future.failedFuture(Problem.notFound("chunk yet").asException())));
        });
    }

    /** @param kind a GIF or a WebP */
    Routes.Action loop(ClipFiles.Kind kind) {
        return rc -> access.ticket(rc).look().compose(sight -> {
            int done = requireFrames(sight).framesDone();
            int from = Inputs.number("from", rc.request().getParam("from"), 0, 0, done - 1);
            int to = Inputs.number(
                    "to", rc.request().getParam("to"), Math.min(done, from + Loop.LONGEST), from + 1, done);
            if (to - from > Loop.LONGEST) {
                throw new InvalidFieldException("to", to, "at most " + Loop.LONGEST
                        + " frames after from; the whole film is video.mp4");
            }
            return clip(rc, sight, new ClipFiles.Clip(kind, from, to, width(rc)));
        });
    }

    /** One frame, the first if none is named. */
    Future<?> picture(RoutingContext rc) {
        return access.ticket(rc).look().compose(sight -> {
            int done = requireFrames(sight).framesDone();
            int frame = Inputs.number("frame", rc.request().getParam("frame"), 0, 0, done - 1);
            return clip(rc, sight, new ClipFiles.Clip(ClipFiles.Kind.PNG, frame, frame + 1, width(rc)));
        });
    }

    private Future<?> clip(RoutingContext rc, FilmAccess.Sight sight, ClipFiles.Clip clip) {
        requireDownloads(sight);
        if (clips.busyWithOthers(sight.film(), clip)) {
            throw Problem.of(429, "busy", "Too many at once",
                    "So many loops are being made that this one must wait; try again in a moment.")
                    .asException(BUSY);
        }
        attach(rc, sight, "." + clip.kind().extension());
        return clips.get(sight.film(), clip)
                .compose(file -> RangedFile.send(rc, file, clip.kind().type(), clip.version(sight.film().id())));
    }

    private int width(RoutingContext rc) {
        return Inputs.number("width", rc.request().getParam("width"), usualWidth, Loop.NARROWEST, Loop.WIDEST);
    }

    Future<?> recipe(RoutingContext rc) {
        return access.ticket(rc).look().compose(sight -> {
            requireDownloads(sight);
            if (!sight.terms().map(ShareTerms::prompts).orElse(true)) {
                throw Problem.of(403, "no-prompts", "Not allowed",
                        "This link does not tell what was written for the film.").asException();
            }
            return Responses.json(rc, NewFilm.of(sight.film()));
        });
    }

    private static Film requireFrames(FilmAccess.Sight sight) {
        if (sight.film().framesDone() == 0) {
            throw Problem.conflict("The film has no frame yet; try again in a moment.").asException();
        }
        return sight.film();
    }

    /** Lets browsers save the answer instead of showing it, where they ask for that. */
    private static void attach(RoutingContext rc, FilmAccess.Sight sight, String extension) {
        if (rc.request().getParam("download") != null) {
            requireDownloads(sight);
            String name = sight.terms().map(ShareTerms::prompts).orElse(true) ? fileName(sight.film()) : NAMELESS;
            rc.response().putHeader("Content-Disposition", "attachment; filename=\"" + name + extension + "\"");
        }
    }

    private static void requireDownloads(FilmAccess.Sight sight) {
        if (!sight.terms().map(ShareTerms::downloads).orElse(true)) {
            throw Problem.of(403, "no-downloads", "Not allowed",
                    "This link lets people watch the film, but offers no files to keep.").asException();
        }
    }

    /** Changes exactly when the film's bytes do. */
    private static String version(Film film) {
        return film.id() + "-" + film.framesDone();
    }

    private static String fileName(Film film) {
        String words = Normalizer.normalize(film.recipe().timeline().changes().get(0).prompt(), Normalizer.Form.NFKD)
                .replaceAll("[^A-Za-z0-9]+", "-")
                .replaceAll("^-|-$", "");
        String name = words.isEmpty() ? film.id().value() : words;
        return name.substring(0, Math.min(name.length(), LONGEST_NAME)).replaceAll("-$", "");
    }
}
