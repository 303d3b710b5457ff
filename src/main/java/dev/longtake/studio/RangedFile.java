package dev.longtake.studio;

import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sends a file or the part of it that was asked for (RFC 9110 §13, §14), which {@code sendFile} alone does not. */
final class RangedFile {

    private static final Pattern ONE_RANGE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");

    private RangedFile() { }

    /**
     * Bytes of a file.
     *
     * @param from first byte
     * @param to   last byte, inclusive
     */
    record Range(long from, long to) {

        long length() {
            return to - from + 1;
        }
    }

    /** @param version changes when the file's content does */
    static Future<Void> send(RoutingContext rc, Path file, String type, String version) {
        HttpServerRequest request = rc.request();
        HttpServerResponse response = rc.response();
        String etag = '"' + version + '"';
        response.putHeader(HttpHeaders.ETAG, etag)
                .putHeader(HttpHeaders.CACHE_CONTROL, "private, no-cache")
                .putHeader(HttpHeaders.ACCEPT_RANGES, "bytes");
        if (Tags.match(request.getHeader(HttpHeaders.IF_NONE_MATCH), etag)) {
            return response.setStatusCode(304).end();
        }
        return rc.vertx().fileSystem().props(file.toString()).compose(props -> {
            long size = props.size();
            Range all = new Range(0, size - 1);
            String ifRange = request.getHeader("If-Range");
            boolean whole = ifRange != null && !ifRange.equals(etag);
            Range range = whole ? all : parse(request.getHeader("Range"), size).orElse(all);
            if (range.length() <= 0) {
                response.putHeader(HttpHeaders.CONTENT_RANGE, "bytes */" + size);
                throw Problem.of(416, "range-not-satisfiable", "Range not satisfiable",
                        "The file has " + size + " bytes.").asException();
            }
            if (!range.equals(all)) {
                response.setStatusCode(206)
                        .putHeader(HttpHeaders.CONTENT_RANGE, "bytes " + range.from() + "-" + range.to() + "/" + size);
            }
            response.putHeader(HttpHeaders.CONTENT_TYPE, type);
            if (request.method() == HttpMethod.HEAD) {
                return response.putHeader(HttpHeaders.CONTENT_LENGTH, String.valueOf(range.length())).end();
            }
            return response.sendFile(file.toString(), range.from(), range.length());
        });
    }

    /**
     * Reads a {@code Range} header.
     *
     * @return empty if it asks for nothing we know (several ranges too: the whole file is a valid answer); a range
     *     of no bytes if it asks for what the file does not have
     */
    static Optional<Range> parse(String header, long size) {
        Matcher matcher = ONE_RANGE.matcher(header == null ? "" : header.replace(" ", ""));
        if (!matcher.matches() || matcher.group(1).isEmpty() && matcher.group(2).isEmpty()) {
            return Optional.empty();
        }
        if (matcher.group(1).isEmpty()) {
            long last = Math.min(Long.parseLong(matcher.group(2)), size);
            return Optional.of(new Range(size - last, size - 1));
        }
        long from = Long.parseLong(matcher.group(1));
        long to = matcher.group(2).isEmpty() ? size - 1 : Long.parseLong(matcher.group(2));
        if (to < from && !matcher.group(2).isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Range(from, Math.min(to, size - 1)));
    }
}
