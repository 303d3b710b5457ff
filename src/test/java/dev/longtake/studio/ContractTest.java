package dev.longtake.studio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What openapi.yaml says is what the studio does. */
@ExtendWith(SharedStudio.class)
class ContractTest {

    private static final List<String> METHODS = List.of("GET", "POST", "PUT", "PATCH", "DELETE");

    private final Studio studio;
    private final Person ann;
    private final Contract contract;

    ContractTest(Studio studio) {
        this.studio = studio;
        ann = studio.stranger();
        contract = Studio.await(Contract.load(studio.vertx));
    }

    @Test
    void theStudioDoesNotStartWithAnOperationThatNobodyAnswers() {
        Operations operations = operations();
        contract.operationIds().stream().filter(id -> !id.equals("stopFilm")).forEach(id -> answer(operations, id));

        assertThatThrownBy(() -> operations.mount(Router.router(studio.vertx)))
                .isInstanceOf(IllegalStateException.class).hasMessageEndingWith("[stopFilm]");
        answer(operations, "stopFilm");
        operations.mount(Router.router(studio.vertx));
    }

    @Test
    void theStudioDoesNotStartWithAHandlerOutsideTheContract() {
        Operations operations = operations();
        contract.operationIds().forEach(id -> answer(operations, id));
        answer(operations, "eraseEverything");

        assertThatThrownBy(() -> operations.mount(Router.router(studio.vertx)))
                .isInstanceOf(IllegalStateException.class).hasMessageContaining("eraseEverything");
        assertThatThrownBy(() -> new Routes(Router.router(studio.vertx)).page("/api/hidden", rc -> rc.end()))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("contract");
    }

    @Test
    void everyPathHasTheMethodsOfTheContractAndNoOthers() {
        JsonObject paths = contract.document().getJsonObject("paths");
        for (String path : paths.fieldNames()) {
            String sample = path.replace("{id}", "01ARZ3NDEKTSV4RRFFQ69G5FAV").replace("{token}", "A".repeat(22))
                    .replace("{chunk}", "0").replace("{key}", "0123456789abcdef");
            TreeSet<String> promised = new TreeSet<>();
            METHODS.stream().filter(method -> paths.getJsonObject(path).containsKey(method.toLowerCase()))
                    .forEach(promised::add);
            for (String method : METHODS) {
                Person.Answer answer = ann.send(method, sample, HttpRequest.BodyPublishers.noBody());
                if (promised.contains(method)) {
                    assertThat(answer.status()).as(method + " " + path).isNotIn(405, 500, 501, 503);
                } else {
                    assertThat(answer.status()).as(method + " " + path).isEqualTo(405);
                    assertThat(answer.header("Allow").orElseThrow().split(", ")).containsAll(promised)
                            .hasSize(promised.size() + (promised.contains("GET") ? 1 : 0));
                }
            }
        }
    }

    @Test
    void everyJsonBodyIsAnObjectWithFieldsThatAreAllKnown() {
        Stream<JsonObject> bodies = contract.requests().operations().stream()
                .filter(operation -> operation.getRequestBody() != null)
                .map(contract::bodySchema);

        assertThat(bodies).isNotEmpty().allSatisfy(schema -> {
            assertThat(schema.getString("type")).isEqualTo("object");
            assertThat(schema.getBoolean("additionalProperties")).isFalse();
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{\"prompt\": \"a\", \"frames\": 0}|frames|0|a whole number from 1 to 1000000",
        "{\"prompt\": \"a\", \"frames\": \"8\"}|frames|8|a whole number from 1 to 1000000",
        "{\"prompt\": \"a\", \"frames\": 8, \"mode\": \"quick\"}|mode|quick|fast or careful",
        "{\"prompt\": \"\", \"frames\": 8}|prompt||a text of 1 to 500 characters",
        "{\"prompt\": {\"a\": 1}, \"frames\": 8}|prompt|an object|a text of 1 to 500 characters",
        "{\"prompt\": \"a\", \"frames\": 8, \"guidance\": 31}|guidance|31|a number from 1 to 30",
        "{\"prompt\": \"a\", \"frames\": 8, \"timeline\": {}}|timeline|an object|a list of at most 1000",
        "{\"prompt\": \"a\", \"frames\": 8, \"timeline\": [{\"frame\": 2, \"prompt\": \"b\"}, {\"prompt\": \"c\"}]}"
                + "|timeline[1].frame|<missing>|a whole number, at least 1",
        "{\"prompt\": \"a\", \"frames\": 8, \"timeline\": [{\"frame\": 2, \"prompt\": \"b\", \"x\": 1}]}"
                + "|timeline[0].x|a field nobody knows|left out; the fields are frame, prompt, transition",
        "{\"frames\": 8}|prompt|<missing>|a text of 1 to 500 characters"})
    void aBodyThatBreaksTheContractIsExplained(String body, String field, String value, String allowed) {
        JsonObject problem = ann.post("/api/films", "application/json", body).json();

        assertThat(problem.getInteger("status")).as(problem.encode()).isEqualTo(400);
        assertThat(problem.getString("type")).isEqualTo("urn:longtake:problem:invalid-field");
        assertThat(problem.getString("field")).isEqualTo(field);
        assertThat(problem.getString("value", "<missing>")).isEqualTo(value == null ? "" : value);
        assertThat(problem.getString("allowed")).startsWith(allowed);
        assertThat(problem.getString("detail")).startsWith(field + " must be " + allowed);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "limit=0|limit|0|a whole number from 1 to 100", "limit=ten|limit|ten|a whole number from 1 to 100",
        "limit=1e1|limit|1e1|a whole number from 1 to 100",
        "before=yesterday|before|yesterday|a text such as 01ARZ3NDEKTSV4RRFFQ69G5FAV"})
    void aQueryThatBreaksTheContractIsExplained(String query, String field, String value, String allowed) {
        JsonObject problem = ann.get("/api/films?" + query).json();

        assertThat(problem.getInteger("status")).isEqualTo(400);
        assertThat(problem.getString("field")).isEqualTo(field);
        assertThat(problem.getString("value")).isEqualTo(value);
        assertThat(problem.getString("allowed")).isEqualTo(allowed);
    }

    @Test
    void aFieldThatComesTwiceIsMalformed() {
        JsonObject problem = ann.post("/api/films", "application/json",
                "{\"prompt\": \"a\", \"prompt\": \"b\", \"frames\": 8}").json();

        assertThat(problem.getString("type")).isEqualTo("urn:longtake:problem:malformed-json");
    }

    @Test
    void anAddressThatCantExistDoesNot() {
        assertThat(ann.get("/api/films/nonsense").json().getString("type")).isEqualTo("urn:longtake:problem:not-found");
    }

    @Test
    void refusalsAreTheSameOverHttp2() throws Exception {
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
        for (String[] wrong : new String[][] {
            {"POST", "/api/films", "{\"prompt\": \"a\", \"frames\": 0}", "400"}, {"GET", "/api/films?limit=0", "", "400"},
            {"GET", "/api/films/nonsense", "", "404"}, {"DELETE", "/api/films", "", "405"},
            {"POST", "/api/films/01ARZ3NDEKTSV4RRFFQ69G5FAV/stop", "", "404"}}) {
            HttpResponse<String> answer = client.send(HttpRequest.newBuilder(URI.create(ann.url + wrong[1]))
                    .header("Content-Type", "application/json")
                    .method(wrong[0], HttpRequest.BodyPublishers.ofString(wrong[2])).build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(answer.statusCode()).as(wrong[1] + " " + answer.body()).isEqualTo(Integer.parseInt(wrong[3]));
            assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        }
    }

    @Test
    void whatCanBeReadHasAHeadToo() {
        Person.Answer answer = ann.send("HEAD", "/api/packs", HttpRequest.BodyPublishers.noBody());

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).contains("application/json");
        assertThat(answer.text()).isEmpty();
    }

    private Operations operations() {
        return new Operations(
                studio.vertx, contract, studio.vertx.createSharedWorkerExecutor("contract"), (rc, operation) -> Future.succeededFuture());
    }

    private static void answer(Operations operations, String id) {
        operations.on(id, rc -> rc.end());
    }
}
