package dev.longtake.studio;

import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.openapi.router.RequestExtractor;
import io.vertx.openapi.contract.Operation;
import io.vertx.openapi.validation.RequestParameter;
import io.vertx.openapi.validation.ValidatableRequest;
import io.vertx.openapi.validation.impl.RequestParameterImpl;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Hands requests to the router's validation. Of a large body, which only a picture makes so large, it sees all but the
 * picture's bytes: to read millions of characters would block the event loop, and they are read later anyway.
 */
final class LargeBodies implements RequestExtractor {

    private static final String SHORTENED = "longtake.shortened";
    private static final String IMAGE = "image";
    /** Of a picture, enough to see that it is a data URI. */
    private static final int SEEN = 200;

    private final RequestExtractor usual = RequestExtractor.withBodyHandler();
    private final WorkerExecutor pictures;

    LargeBodies(WorkerExecutor pictures) {
        this.pictures = pictures;
    }

    /** The body that the contract is about: the request's own, or without most of a picture. */
    static Buffer judged(RoutingContext rc) {
        Buffer shortened = rc.get(SHORTENED);
        return shortened == null ? rc.body().buffer() : shortened;
    }

    @Override
    public Future<ValidatableRequest> extractValidatableRequest(RoutingContext rc, Operation operation) {
        Future<ValidatableRequest> whole = usual.extractValidatableRequest(rc, operation);
        Buffer body = rc.body() == null ? null : rc.body().buffer();
        if (body == null || body.length() <= Operations.LARGEST_BODY) {
            return whole;
        }
        return whole.compose(request -> pictures.executeBlocking(() -> shortened(body)).map(small -> {
            rc.put(SHORTENED, small);
            return (ValidatableRequest) new Shortened(request, new RequestParameterImpl(small));
        // What is wrong with it is explained as for any other body.
        }).otherwise(request));
    }

    private static Buffer shortened(Buffer body) {
        Map<Object, Object> fields = new LinkedHashMap<>(Json.read(body, Map.class));
        if (fields.get(IMAGE) instanceof String image && image.length() > SEEN) {
            fields.put(IMAGE, image.substring(0, SEEN));
        }
        return Buffer.buffer(Json.write(fields));
    }

    /** A request with another body. */
    private record Shortened(ValidatableRequest request, RequestParameter body) implements ValidatableRequest {

        @Override
        public Map<String, RequestParameter> getHeaders() {
            return request.getHeaders();
        }

        @Override
        public Map<String, RequestParameter> getCookies() {
            return request.getCookies();
        }

        @Override
        public Map<String, RequestParameter> getPathParameters() {
            return request.getPathParameters();
        }

        @Override
        public Map<String, RequestParameter> getQuery() {
            return request.getQuery();
        }

        @Override
        public RequestParameter getBody() {
            return body;
        }

        @Override
        public String getContentType() {
            return request.getContentType();
        }
    }
}
