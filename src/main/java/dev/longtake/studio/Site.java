package dev.longtake.studio;

import dev.longtake.film.InvalidFieldException;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;

/** Where the studio is on the web, as browsers see it. */
final class Site {

    private final Optional<URI> publicUrl;

    Site(Optional<URI> publicUrl) {
        this.publicUrl = publicUrl;
    }

    /** Address of the studio without a slash at the end. */
    String baseUrl(HttpServerRequest request) {
        return publicUrl.map(url -> url.toString().replaceAll("/+$", ""))
                .orElseGet(() -> request.scheme() + "://" + authority(request));
    }

    /** Path below which people find the studio, without a slash at the end; empty for the root. */
    String basePath() {
        return publicUrl.map(URI::getRawPath).map(path -> path.replaceAll("/+$", "")).orElse("");
    }

    /** Whether browsers reach the studio by HTTPS. */
    boolean secure(HttpServerRequest request) {
        return publicUrl.map(url -> "https".equalsIgnoreCase(url.getScheme())).orElse(request.isSSL());
    }

    /**
     * Refuses requests that a page of another site made a browser send. Programs that are no browsers send no
     * {@code Origin}. The scheme is not compared, since a proxy may have taken the TLS off.
     *
     * @throws ProblemException 403
     */
    void requireOwnOrigin(HttpServerRequest request) {
        String origin = request.getHeader("Origin");
        if (origin == null) {
            String from = request.getHeader("Sec-Fetch-Site");
            if (from != null && !from.equals("same-origin") && !from.equals("none")) {
                throw foreign("Sec-Fetch-Site", from);
            }
            return;
        }
        String from = authority(origin);
        boolean own = !from.isEmpty()
                && (from.equalsIgnoreCase(authority(request))
                        || publicUrl.map(url -> from.equalsIgnoreCase(url.getAuthority())).orElse(false));
        if (!own) {
            throw foreign("Origin", origin);
        }
    }

    /** Whether a request comes from a page that its browser keeps apart from all sites, such as a sandboxed frame. */
    static boolean isOpaque(HttpServerRequest request) {
        return "null".equals(request.getHeader("Origin"));
    }

    private static ProblemException foreign(String header, String value) {
        return Problem.of(403, "foreign-origin", "Foreign origin", "The request comes from a page of another site ("
                + new InvalidFieldException(header, value, "").value() + ").").asException();
    }

    private static String authority(String origin) {
        try {
            String authority = new URI(origin).getRawAuthority();
            return authority == null ? "" : authority;
        } catch (URISyntaxException e) {
            return "";
        }
    }

    private static String authority(HttpServerRequest request) {
        HostAndPort authority = request.authority();
        return authority == null ? "" : authority.toString();
    }
}
