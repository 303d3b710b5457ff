package dev.longtake.studio;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import com.github.jknack.handlebars.EscapingStrategy;
import dev.longtake.film.FilmId;
import dev.longtake.film.InvalidFieldException;
import dev.longtake.media.VideoFormat;
import dev.longtake.memory.FilmMemory;
import dev.longtake.memory.ShareLinks;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.common.template.TemplateEngine;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * A shared film on a page of its own, inside other pages (embed and oEmbed) and in the previews of chats and social
 * networks (Open Graph, Twitter cards). Gives out no cookie and tells nothing that the link does not allow.
 */
final class SharePages {

    /** Pages of others show a player so wide unless they ask for less. */
    private static final int PLAYER_WIDTH = 512;
    private static final int WIDEST = 10_000;
    private static final int CACHE_SECONDS = 3600;
    private static final Pattern SHARE_PATH = Pattern.compile("/v/([A-Za-z0-9_-]+)(?:/embed)?/?(?:[?#].*)?");
    /** Programs that look at links for people, as they call themselves. */
    private static final Pattern ROBOT =
            Pattern.compile("bot\\b|crawl|spider|slurp|preview|facebookexternalhit|embedly|whatsapp|headlesschrome",
                    Pattern.CASE_INSENSITIVE);

    private final TemplateEngine templates;
    private final FilmMemory films;
    private final ShareAccess access;
    private final ShareLinks shares;
    private final Owners owners;
    private final FilmViews views;
    private final Site site;
    private final FilmFormats formats;

    SharePages(
            TemplateEngine templates,
            FilmMemory films,
            ShareAccess access,
            ShareLinks shares,
            Owners owners,
            FilmViews views,
            Site site,
            FilmFormats formats) {
        this.templates = templates;
        this.films = films;
        this.access = access;
        this.shares = shares;
        this.owners = owners;
        this.views = views;
        this.site = site;
        this.formats = formats;
    }

    /**
     * What the page's script must know.
     *
     * @param media where the film's files are, seen from the page
     */
    record Config(SharedFilm film, String media) { }

    /** Width and height in pixels. */
    private record Size(int width, int height) {

        /** The largest of the same shape inside {@code width} x {@code height}, at least 1 x 1. */
        Size within(int mostWidth, int mostHeight) {
            double scale = Math.min((double) mostWidth / width, (double) mostHeight / height);
            return new Size((int) Math.max(1, Math.floor(width * scale + 1e-9)),
                    (int) Math.max(1, Math.floor(height * scale + 1e-9)));
        }
    }

    /** A shared film with what pages say about it. */
    private record Shown(ShareAccess.SharedSight sight, SharedFilm film, Optional<Size> poster) { }

    /** The page that a link leads to. */
    Future<?> page(RoutingContext rc) {
        return page(rc, "share", rc.pathParam("token") + "/", "../");
    }

    /** The same player for frames in other pages. */
    Future<?> embed(RoutingContext rc) {
        MultiMap headers = rc.response().headers();
        headers.set("Content-Security-Policy",
                headers.get("Content-Security-Policy").replace("frame-ancestors 'none'", "frame-ancestors *"));
        return page(rc, "embed", "", "../../");
    }

    private Future<?> page(RoutingContext rc, String template, String media, String root) {
        return show(rc.pathParam("token")).compose(shown -> {
            Map<String, Object> model = model(rc, shown);
            model.put("root", root);
            model.put("media", media);
            model.put("configJson", Json.writeForHtml(new Config(shown.film(), media)));
            return templates.render(model, "templates/" + template + ".hbs")
                    .compose(html -> Responses.html(rc, html))
                    .onSuccess(sent -> countView(rc, shown.sight()));
        });
    }

    private Future<Shown> show(String token) {
        return access.look(token).compose(sight -> views.view(sight.film(), id -> sight.links())
                .compose(view -> poster(sight.film().id())
                        .map(poster -> new Shown(sight, sight.show(view), poster))));
    }

    private Future<Optional<Size>> poster(FilmId id) {
        return films.poster(id).map(jpeg -> jpeg.map(SharePages::size));
    }

    /** Reads no more than the picture's head. */
    private static Size size(Buffer jpeg) {
        ImageReader reader = ImageIO.getImageReadersByFormatName("jpeg").next();
        try (MemoryCacheImageInputStream in =
                new MemoryCacheImageInputStream(new ByteArrayInputStream(jpeg.getBytes()))) {
            reader.setInput(in, true, true);
            return new Size(reader.getWidth(0), reader.getHeight(0));
        } catch (IOException e) {
            throw new IllegalStateException("a poster is no JPEG", e);
        } finally {
            reader.dispose();
        }
    }

    private Map<String, Object> model(RoutingContext rc, Shown shown) {
        SharedFilm film = shown.film();
        String page = address(rc, film);
        VideoFormat video = formats.of(Rendition.of(shown.sight().film()));
        Map<String, Object> model = new HashMap<>();
        model.put("film", Json.tree(film));
        model.put("title", film.title());
        model.put("pageUrl", page);
        model.put("embedUrl", page + "/embed");
        model.put("posterUrl", page + "/poster.jpg");
        model.put("videoUrl", page + "/video.mp4");
        model.put("secure", page.startsWith("https:"));
        model.put("oembedUrl", site.baseUrl(rc.request()) + "/oembed?format=json&url="
                + URLEncoder.encode(page, StandardCharsets.UTF_8));
        model.put("videoWidth", video.width() * video.scale());
        model.put("videoHeight", video.height() * video.scale());
        Size player = new Size(film.width(), film.height()).within(PLAYER_WIDTH, WIDEST);
        model.put("playerWidth", player.width());
        model.put("playerHeight", player.height());
        shown.poster().ifPresent(poster -> {
            model.put("posterWidth", poster.width());
            model.put("posterHeight", poster.height());
        });
        return model;
    }

    private String address(RoutingContext rc, SharedFilm film) {
        return site.baseUrl(rc.request()) + film.links().page();
    }

    private void countView(RoutingContext rc, ShareAccess.SharedSight sight) {
        HttpServerRequest request = rc.request();
        String browser = Optional.ofNullable(request.getHeader("User-Agent")).orElse("");
        boolean looked = request.method() == HttpMethod.GET
                && request.getHeader("Sec-Purpose") == null
                && !ROBOT.matcher(browser).find()
                && !owners.find(rc).filter(sight.film().owner()::equals).isPresent();
        if (looked && request.remoteAddress() != null) {
            String token = sight.link().token();
            shares.countView(token, hash(token + '\n' + request.remoteAddress().hostAddress() + '\n' + browser));
        }
    }

    private static String hash(String text) {
        try {
            return Base64.getEncoder().encodeToString(
                    MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Answer of {@code GET /oembed}, see oembed.com; the names are the standard's. */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record OEmbed(
            String version,
            String type,
            String title,
            String providerName,
            String providerUrl,
            int cacheAge,
            int width,
            int height,
            String html,
            String thumbnailUrl,
            Integer thumbnailWidth,
            Integer thumbnailHeight) { }

    /** Tells other sites how to show a link that was pasted there. */
    Future<?> oembed(RoutingContext rc) {
        HttpServerRequest request = rc.request();
        // Editors in browsers ask, too; there is nothing here that belongs to a visitor.
        rc.response().putHeader("Access-Control-Allow-Origin", "*");
        String format = Optional.ofNullable(request.getParam("format")).orElse("json");
        if (!format.equals("json")) {
            throw Problem.of(501, "format-not-implemented", "Not implemented",
                    "The only format is json.").asException();
        }
        int mostWidth = Inputs.number("maxwidth", request.getParam("maxwidth"), PLAYER_WIDTH, 1, WIDEST);
        int mostHeight = Inputs.number("maxheight", request.getParam("maxheight"), WIDEST, 1, WIDEST);
        return show(token(request)).compose(shown -> {
            SharedFilm film = shown.film();
            String page = address(rc, film);
            Size player = new Size(film.width(), film.height()).within(mostWidth, mostHeight);
            // The standard's limits are for pictures, too.
            Optional<Size> thumbnail = shown.poster().filter(size ->
                    request.getParam("maxwidth") == null || size.width() <= mostWidth && size.height() <= mostHeight);
            return Responses.json(rc, new OEmbed(
                    "1.0", "video", film.title(), "Longtake", site.baseUrl(request) + "/", CACHE_SECONDS,
                    player.width(), player.height(), frame(page + "/embed", film.title(), player),
                    thumbnail.map(size -> page + "/poster.jpg").orElse(null),
                    thumbnail.map(Size::width).orElse(null),
                    thumbnail.map(Size::height).orElse(null)));
        });
    }

    private String token(HttpServerRequest request) {
        String url = request.getParam("url");
        String allowed = "the address of a shared film, such as " + site.baseUrl(request) + "/v/…";
        if (url == null) {
            throw new InvalidFieldException("url", null, allowed);
        }
        String base = site.baseUrl(request);
        Matcher path = SHARE_PATH.matcher(url.startsWith(base) ? url.substring(base.length()) : "");
        if (!path.matches()) {
            // 404 is what consumers expect where there is nothing to embed.
            throw Problem.of(404, "not-found", "Not found", "The url is not " + allowed + ".").asException();
        }
        return path.group(1);
    }

    private static String frame(String url, String title, Size size) {
        return "<iframe src=\"" + escape(url) + "\" width=\"" + size.width() + "\" height=\"" + size.height()
                + "\" title=\"" + escape(title) + "\" frameborder=\"0\" loading=\"lazy\""
                + " allow=\"autoplay; fullscreen\" allowfullscreen></iframe>";
    }

    private static String escape(String text) {
        return EscapingStrategy.HTML_ENTITY.escape(text).toString();
    }
}
