package dev.longtake.studio;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.openapi.router.RouterBuilder;
import io.vertx.openapi.contract.Operation;
import io.vertx.openapi.contract.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The contract's operations and who answers them. A request reaches its handler only if the contract allows it; what
 * is missing on either side fails when the studio starts.
 */
final class Operations {

    /** Larger than the longest request by far, even with a thousand prompts in its timeline. */
    static final long LARGEST_BODY = 1 << 20;
    /** The same with a picture. */
    static final long LARGEST_BODY_WITH_IMAGE = 16 << 20;
    private static final String WITH_IMAGE = "createFilm";

    private static final String OPERATION = "longtake.operation";

    private final Vertx vertx;
    private final Contract contract;
    private final WorkerExecutor pictures;
    private final Guard guard;
    private final BodyHandler body = BodyHandler.create(false).setBodyLimit(LARGEST_BODY);
    private final BodyHandler bodyWithImage = BodyHandler.create(false).setBodyLimit(LARGEST_BODY_WITH_IMAGE);
    private final Map<String, Handler<RoutingContext>> handlers = new TreeMap<>();

    /** Lets a request of an operation pass, or fails with the reason why not. */
    @FunctionalInterface
    interface Guard {
        Future<?> admit(RoutingContext rc, Operation operation);

        /** What is really done where the contract asks for {@code action}. */
        default Routes.Action around(Operation operation, Routes.Action action) {
            return action;
        }
    }

    /** @param pictures where large bodies are read */
    Operations(Vertx vertx, Contract contract, WorkerExecutor pictures, Guard guard) {
        this.pictures = pictures;
        this.vertx = vertx;
        this.contract = contract;
        this.guard = guard;
    }

    /** The operation {@code id} is answered by {@code action}. */
    Operations on(String id, Routes.Action action) {
        Operation operation = contract.operation(id);
        Routes.Action whole = operation == null ? action : guard.around(operation, action);
        return serve(id, rc -> whole.run(rc).onFailure(rc::fail));
    }

    /** The same with a handler that ends the response by itself. */
    Operations serve(String id, Handler<RoutingContext> handler) {
        if (handlers.putIfAbsent(id, handler) != null) {
            throw new IllegalStateException("the operation " + id + " has two handlers");
        }
        return this;
    }

    /**
     * Adds all paths to a router.
     *
     * @throws IllegalStateException if an operation has no handler, or a handler no operation
     */
    void mount(Router router) {
        requireAll();
        contract.requests().getPaths().forEach(path -> guard(router, path));
        RouterBuilder builder = RouterBuilder.create(vertx, contract.requests(), new LargeBodies(pictures));
        handlers.forEach((id, handler) -> builder.getRoute(id).setDoSecurity(false).addHandler(handler));
        Router validating = builder.createRouter();
        // Who may GET may also ask for the head of the answer.
        validating.getRoutes().stream()
                .filter(route -> route.methods() != null && route.methods().contains(HttpMethod.GET))
                .forEach(route -> route.method(HttpMethod.HEAD));
        router.route("/*").subRouter(validating);
        contract.requests().getPaths().forEach(path -> Routes.refuseOthers(router, path(path), methods(path)));
    }

    /** The operation that a request was taken for; null if none. */
    static Operation of(RoutingContext rc) {
        return rc.get(OPERATION);
    }

    /** In bytes. */
    static long largestBody(Operation operation) {
        boolean withImage = operation != null && operation.getOperationId().equals(WITH_IMAGE);
        return withImage ? LARGEST_BODY_WITH_IMAGE : LARGEST_BODY;
    }

    /** Lets a request that was held back run on. */
    static void release(RoutingContext rc) {
        // Over HTTP/2 there may be nothing left to run.
        if (!rc.request().isEnded()) {
            rc.request().resume();
        }
    }

    private void requireAll() {
        Set<String> promised = contract.operationIds();
        Set<String> odd = new TreeSet<>(promised);
        odd.removeAll(handlers.keySet());
        handlers.keySet().stream().filter(id -> !promised.contains(id)).forEach(odd::add);
        if (!odd.isEmpty()) {
            throw new IllegalStateException("operations of the contract without a handler, or the other way: " + odd);
        }
    }

    private void guard(Router router, Path path) {
        for (Operation operation : path.getOperations()) {
            boolean reads = operation.getHttpMethod() == HttpMethod.GET;
            Route first = router.route(operation.getHttpMethod(), path(path));
            if (reads) {
                first.method(HttpMethod.HEAD);
            }
            first.handler(rc -> admit(rc, operation));
            if (!reads) {
                // A route of its own: Vert.x wants body handlers to come first on theirs.
                router.route(operation.getHttpMethod(), path(path))
                        .handler(largestBody(operation) == LARGEST_BODY ? body : bodyWithImage);
            }
        }
    }

    private void admit(RoutingContext rc, Operation operation) {
        rc.put(OPERATION, operation);
        if (operation.getRequestBody() != null) {
            requireJson(rc, operation);
        }
        // What arrives meanwhile must wait for the body handler, or for the socket.
        rc.request().pause();
        guard.admit(rc, operation).onSuccess(admitted -> {
            if (!contract.upgrades(operation)) {
                release(rc);
            }
            rc.next();
        }).onFailure(refused -> {
            release(rc);
            rc.fail(refused);
        });
    }

    private static void requireJson(RoutingContext rc, Operation operation) {
        String type = rc.request().getHeader(HttpHeaders.CONTENT_TYPE);
        boolean optional = type == null && !operation.getRequestBody().isRequired();
        if (!optional && (type == null || !type.split(";", 2)[0].strip().equalsIgnoreCase("application/json"))) {
            throw Problem.of(415, "wrong-content-type", "Wrong content type",
                    "The body must be application/json, but is " + (type == null ? "of no type" : type) + ".")
                    .asException();
        }
        // The router compares types letter by letter.
        rc.request().headers().set(HttpHeaders.CONTENT_TYPE, "application/json");
    }

    private static String path(Path path) {
        return path.getName().replaceAll("\\{(.*?)}", ":$1");
    }

    private static TreeSet<String> methods(Path path) {
        TreeSet<String> methods = path.getOperations().stream()
                .map(operation -> operation.getHttpMethod().name())
                .collect(Collectors.toCollection(TreeSet::new));
        if (methods.contains(HttpMethod.GET.name())) {
            methods.add(HttpMethod.HEAD.name());
        }
        return methods;
    }
}
