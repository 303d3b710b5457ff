package dev.longtake.studio;

import dev.longtake.film.Film;
import dev.longtake.film.InvalidFieldException;
import dev.longtake.film.Recipe;
import dev.longtake.media.Loop;
import dev.longtake.media.VideoFormat;
import dev.longtake.memory.FilmMemory;
import dev.longtake.memory.ShareTerms;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.nio.file.Path;
import java.text.Normalizer;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntFunction;

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
    private final FilmFormats formats;

    MediaApi(
            FilmMemory films,
            VideoFiles videos,
            ChunkStills stills,
            ClipFiles clips,
            FilmFormats formats,
            FilmAccess access) {
        this.films = films;
        this.videos = videos;
        this.stills = stills;
        this.clips = clips;
        this.access = access;
        this.formats = formats;
    }

    Future<?> video(RoutingContext rc) {
        FilmAccess.Ticket ticket = access.ticket(rc);
        return ticket.look().compose(sight -> {
            Film film = requireFrames(sight);
            Rendition rendition = rendition(rc, film);
            attach(rc, sight, ".mp4");
            return videos.get(film, rendition)
                    .map(file -> new Video(file, VideoFiles.version(film, rendition)))
                    .recover(missing -> ticket.load().compose(now -> instead(rc, now, rendition, missing)));
        }).compose(video -> RangedFile.send(rc, video.file(), "video/mp4", video.version()));
    }

    private record Video(Path file, String version) { }

    /** Refined segments go when their film goes on, maybe just while a file is put together of them. */
    private Future<Video> instead(RoutingContext rc, Film now, Rendition missed, Throwable missing) {
        Rendition rendition = rendition(rc, now);
        return rendition == missed
                ? Future.failedFuture(missing)
                : videos.get(now, rendition).map(file -> new Video(file, VideoFiles.version(now, rendition)));
    }

    /** The one that is asked for, or else the best. */
    private static Rendition rendition(RoutingContext rc, Film film) {
        String asked = rc.request().getParam("rendition");
        Rendition best = Rendition.of(film);
        if (asked == null) {
            return best;
        }
        Rendition rendition = Rendition.valueOf(asked.toUpperCase(Locale.ROOT));
        if (rendition == Rendition.ENHANCED && best != Rendition.ENHANCED) {
            throw Problem.conflict("The film is not wholly refined"
                    + film.enhancement().map(done ->
                            ", but " + done.frames() + " of its " + film.framesDone() + " frames are.").orElse("."))
                    .asException();
        }
        return rendition;
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
            String etag = '"' + ChunkStills.version(film, chunk) + '"';
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
            return clip(rc, sight, width -> new ClipFiles.Clip(kind, from, to, width));
        });
    }

    /** One frame, the first if none is named. */
    Future<?> picture(RoutingContext rc) {
        return access.ticket(rc).look().compose(sight -> {
            int done = requireFrames(sight).framesDone();
            int frame = Inputs.number("frame", rc.request().getParam("frame"), 0, 0, done - 1);
            return clip(rc, sight, width -> new ClipFiles.Clip(ClipFiles.Kind.PNG, frame, frame + 1, width));
        });
    }

    private Future<?> clip(RoutingContext rc, FilmAccess.Sight sight, IntFunction<ClipFiles.Clip> ofWidth) {
        requireDownloads(sight);
        Film film = sight.film();
        int usual = usualWidth(formats.of(ofWidth.apply(LEAST_WIDTH).rendition(film)));
        ClipFiles.Clip clip = ofWidth.apply(Inputs.number(
                "width", rc.request().getParam("width"), usual, Loop.NARROWEST, Loop.WIDEST));
        if (clips.busyWithOthers(film, clip)) {
            throw Problem.of(429, "busy", "Too many at once",
                    "So many loops are being made that this one must wait; try again in a moment.")
                    .asException(BUSY);
        }
        attach(rc, sight, "." + clip.kind().extension());
        return clips.get(film, clip)
                .compose(file -> RangedFile.send(rc, file, clip.kind().type(), clip.version(film)));
    }

    /** Small films are enlarged by a whole number. */
    private static int usualWidth(VideoFormat format) {
        int enlarged = format.width() * Math.max(1, (LEAST_WIDTH + format.width() - 1) / format.width());
        return Math.min(enlarged, Loop.WIDEST);
    }

    Future<?> recipe(RoutingContext rc) {
        return access.ticket(rc).look().compose(sight -> {
            requireDownloads(sight);
            if (!sight.terms().map(ShareTerms::prompts).orElse(true)) {
                throw Problem.of(403, "no-prompts", "Not allowed",
                        "This link does not tell what was written for the film.").asException();
            }
            // What somebody brought is shown to nobody else: not even where a link tells everything else.
            return (sight.terms().isEmpty() ? image(sight.film()) : Future.succeededFuture(Optional.<Buffer>empty()))
                    .compose(png -> Responses.json(rc, NewFilm.of(sight.film(), png)));
        });
    }

    private Future<Optional<Buffer>> image(Film film) {
        return film.recipe().fromImage() ? films.image(film.id()) : Future.succeededFuture(Optional.empty());
    }

    /** The picture that a film begins with, as the networks saw it; for its owner. */
    Future<?> startImage(RoutingContext rc) {
        return access.ticket(rc).look().compose(sight -> image(sight.film())).compose(png -> Responses.bytes(
                rc, "image/png", png.orElseThrow(() -> Problem.notFound("picture").asException())));
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

    private static String fileName(Film film) {
        String words = Normalizer.normalize(film.recipe().timeline().changes().get(0).prompt(), Normalizer.Form.NFKD)
                .replaceAll("[^A-Za-z0-9]+", "-")
                .replaceAll("^-|-$", "");
        String name = words.isEmpty() ? film.id().value() : words;
        return name.substring(0, Math.min(name.length(), LONGEST_NAME)).replaceAll("-$", "");
    }
}
