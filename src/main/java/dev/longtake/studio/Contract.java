package dev.longtake.studio;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.openapi.contract.OpenAPIContract;
import io.vertx.openapi.contract.Operation;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** What the studio promises to programs: the document {@code openapi.yaml}. */
final class Contract {

    static final String RESOURCE = "openapi.yaml";

    private static final String LOCAL = "#/";
    /** YAML anchors save repetition; ours are far fewer. */
    private static final int MOST_ALIASES = 1000;

    private final String text;
    private final JsonObject document;
    private final OpenAPIContract requests;

    private Contract(String text, JsonObject document, OpenAPIContract requests) {
        this.text = text;
        this.document = document;
        this.requests = requests;
    }

    /** Fails if the document is no valid OpenAPI 3.1. */
    static Future<Contract> load(Vertx vertx) {
        Loader loader = new Loader();
        return vertx.deployVerticle(loader, new DeploymentOptions().setThreadingModel(ThreadingModel.WORKER))
                .compose(vertx::undeploy)
                .map(done -> loader.contract);
    }

    /** Reading takes longer than an event loop may be blocked. */
    private static final class Loader extends VerticleBase {

        private Contract contract;

        @Override
        public Future<?> start() {
            return vertx.fileSystem().readFile(RESOURCE).compose(file -> {
                JsonObject document = read(file.toString());
                return OpenAPIContract.from(vertx, withoutAnswers(document))
                        .onSuccess(requests -> contract = new Contract(file.toString(), document, requests));
            });
        }
    }

    private static JsonObject read(String yaml) {
        LoaderOptions options = new LoaderOptions();
        options.setMaxAliasesForCollections(MOST_ALIASES);
        Map<?, ?> tree = new Yaml(new SafeConstructor(options)).load(yaml);
        // By way of JSON, so that every key is a string and nothing is shared.
        return new JsonObject(Buffer.buffer(Json.write(tree)));
    }

    /**
     * The router enforces requests, but refuses to load a document whose responses have types that it can't validate,
     * such as video/mp4 and even application/problem+json. Who may do what is the {@link Gate}'s business: the
     * router's own handlers let requests for sockets run on while they look.
     */
    private static JsonObject withoutAnswers(JsonObject document) {
        JsonObject copy = document.copy();
        copy.getJsonObject("components").remove("responses");
        copy.getJsonObject("components").remove("securitySchemes");
        copy.remove("security");
        for (String path : copy.getJsonObject("paths").fieldNames()) {
            JsonObject item = copy.getJsonObject("paths").getJsonObject(path);
            for (String method : item.fieldNames()) {
                if (item.getValue(method) instanceof JsonObject operation && operation.containsKey("responses")) {
                    operation.put("responses", new JsonObject()
                            .put("default", new JsonObject().put("description", "see the document")));
                }
            }
        }
        return copy;
    }

    /** The document as it was written. */
    String text() {
        return text;
    }

    /** The whole document. */
    JsonObject document() {
        return document.copy();
    }

    /** The part that the router enforces. */
    OpenAPIContract requests() {
        return requests;
    }

    Operation operation(String id) {
        return requests.operation(id);
    }

    /** Ids of all operations, in order. */
    TreeSet<String> operationIds() {
        return requests.operations().stream().map(Operation::getOperationId)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The schema of an operation's JSON body. */
    JsonObject bodySchema(Operation operation) {
        return resolve(written(operation)
                .getJsonObject("requestBody").getJsonObject("content").getJsonObject("application/json")
                .getJsonObject("schema"));
    }

    /** Whether an operation's connection becomes a WebSocket. */
    boolean upgrades(Operation operation) {
        return written(operation).getJsonObject("responses").containsKey("101");
    }

    private JsonObject written(Operation operation) {
        return document.getJsonObject("paths")
                .getJsonObject(operation.getOpenAPIPath())
                .getJsonObject(operation.getHttpMethod().name().toLowerCase(Locale.ROOT));
    }

    /** What a schema is when it only refers to another one; itself if not. */
    JsonObject resolve(JsonObject schema) {
        String reference = schema.getString("$ref");
        if (reference == null || !reference.startsWith(LOCAL)) {
            return schema;
        }
        JsonObject target = document;
        for (String step : reference.substring(LOCAL.length()).split("/")) {
            target = target.getJsonObject(step);
        }
        return resolve(target);
    }
}
