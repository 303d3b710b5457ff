package dev.longtake.studio;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Everything that can be wrong with a request is said clearly, and the studio stays up. */
@ExtendWith(SharedStudio.class)
class BadInputTest {

    private final Studio studio;
    private final Person ann;
    private final String film;

    BadInputTest(Studio studio) {
        this.studio = studio;
        ann = studio.stranger();
        film = ann.film("a red car", 80);
    }

    @AfterEach
    void theStudioIsStillUp() {
        assertThat(ann.get("/api/films/" + film).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{}|prompt",
        "{\"frames\": 8}|prompt",
        "{\"prompt\": \"\", \"frames\": 8}|prompt",
        "{\"prompt\": \"  \", \"frames\": 8}|prompt",
        "{\"prompt\": null, \"frames\": 8}|prompt",
        "{\"prompt\": 5, \"frames\": 8}|prompt",
        "{\"prompt\": \"a\"}|frames",
        "{\"prompt\": \"a\", \"frames\": 0}|frames",
        "{\"prompt\": \"a\", \"frames\": -8}|frames",
        "{\"prompt\": \"a\", \"frames\": 1000001}|frames",
        "{\"prompt\": \"a\", \"frames\": 99999999999}|frames",
        "{\"prompt\": \"a\", \"frames\": 1.5}|frames",
        "{\"prompt\": \"a\", \"frames\": 8, \"seed\": 9007199254740992}|seed",
        "{\"prompt\": \"a\", \"frames\": 8, \"steps\": 0}|steps",
        "{\"prompt\": \"a\", \"frames\": 8, \"steps\": 201}|steps",
        "{\"prompt\": \"a\", \"frames\": 8, \"guidance\": 0.5}|guidance",
        "{\"prompt\": \"a\", \"frames\": 8, \"guidance\": \"NaN\"}|guidance",
        "{\"prompt\": \"a\", \"frames\": 8, \"mode\": \"quick\"}|mode",
        "{\"prompt\": \"a\", \"frames\": 8, \"mode\": 1}|mode",
        "{\"prompt\": \"a\", \"frames\": 8, \"mode\": \"fast\", \"steps\": 9}|steps",
        "{\"prompt\": \"a\", \"frames\": 8, \"mode\": \"fast\", \"guidance\": 4}|guidance",
        "{\"prompt\": \"a\", \"frames\": 8, \"mode\": \"fast\", \"negativePrompt\": \"fog\"}|negativePrompt",
        "{\"prompt\": \"a\", \"frames\": 8, \"pack\": \"other\"}|pack",
        "{\"prompt\": \"a\", \"frames\": 8, \"color\": 1}|color",
        "{\"prompt\": \"a\", \"frames\": 8, \"timeline\": [{\"frame\": 0, \"prompt\": \"b\"}]}|timeline[0].frame",
        "{\"prompt\": \"a\", \"frames\": 8, \"timeline\": [null]}|timeline[0]",
        "{\"prompt\": \"a\", \"frames\": 8, \"timeline\": [{\"frame\": 9, \"prompt\": \" \"}]}|prompt"})
    void namesTheFieldOfAFilmThatIsWrong(String body, String field) {
        Person.Answer answer = ann.post("/api/films", "application/json", body);

        assertProblem(answer, 400);
        assertThat(answer.json().getString("field")).isEqualTo(field);
        assertThat(answer.json().getString("allowed")).isNotBlank();
        assertThat(answer.json().getString("detail")).contains(field);
    }

    @Test
    void refusesAPromptOfTenThousandCharactersWithoutRepeatingIt() {
        Person.Answer answer = ann.post("/api/films",
                new JsonObject().put("prompt", "car ".repeat(2500)).put("frames", 8));

        assertProblem(answer, 400);
        assertThat(answer.json().getString("field")).isEqualTo("prompt");
        assertThat(answer.json().getString("value")).hasSizeLessThan(120).contains("10000 characters");
    }

    @Test
    void refusesAPromptOfMoreTokensThanThePackTakes() {
        Person.Answer answer = ann.post("/api/films",
                new JsonObject().put("prompt", "car ".repeat(60)).put("frames", 8));

        assertProblem(answer, 400);
        assertThat(answer.json().getString("field")).isEqualTo("prompt");
        assertThat(answer.json().getString("allowed")).contains("tokens");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "/prompts|{\"prompt\": \"\"}|prompt",
        "/prompts|{\"prompt\": \"a\", \"atFrame\": -1}|atFrame",
        "/prompts|{\"prompt\": \"a\", \"transition\": 0}|transition",
        "/prompts|{\"prompt\": \"a\", \"transition\": 33}|transition",
        "/extend|{}|frames",
        "/extend|{\"frames\": 0}|frames",
        "/extend|{\"frames\": 1000001}|frames",
        "/extend|{\"frames\": 999999}|frames",
        "/extend|{\"frames\": 8, \"prompt\": \"\"}|prompt"})
    void namesTheFieldOfAChangeThatIsWrong(String path, String body, String field) {
        Person.Answer answer = ann.post("/api/films/" + film + path, "application/json", body);

        assertProblem(answer, 400);
        assertThat(answer.json().getString("field")).isEqualTo(field);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '#', value = {"##", "{", "[]", "prompt=a", "{\"prompt\": \"a\"}}", "{\"prompt\": 'a'}"})
    void refusesMalformedJson(String body) {
        Person.Answer answer = ann.post("/api/films", "application/json", body);

        assertProblem(answer, 400);
        assertThat(answer.json().getString("type")).isEqualTo("urn:longtake:problem:malformed-json");
    }

    @ParameterizedTest
    @CsvSource({"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonp"})
    void refusesOtherContentTypes(String type) {
        assertProblem(ann.post("/api/films", type, "{\"prompt\": \"a\", \"frames\": 8}"), 415);
    }

    @Test
    void takesJsonWithACharset() {
        assertThat(ann.post("/api/films", "Application/JSON; charset=utf-8", "{\"prompt\": \"a\", \"frames\": 8}").status())
                .isEqualTo(201);
    }

    @Test
    void refusesABodyWithoutContentType() {
        assertProblem(ann.send("POST", "/api/films", HttpRequest.BodyPublishers.ofString("{}")), 415);
    }

    @Test
    void refusesPicturesThatAreNone() {
        refusesPicture("a picture", "a text such as data:image/jpeg;base64,");
        refusesPicture("https://example.org/cat.jpg", "a text such as data:image/jpeg;base64,");
        refusesPicture("data:image/png;base64,no!", "a picture as a data URI");
        refusesPicture("data:image/png;base64,", "JPEG, PNG, WebP");
        refusesPicture("data:image/png;base64," + Base64.getEncoder().encodeToString(new byte[100]), "million pixels");
        refusesPicture("data:image/png;base64," + "A".repeat(14 << 20), "at most 10 MB");
        assertProblem(ann.post("/api/films", "application/json",
                "{\"prompt\": \"a\", \"frames\": 8, \"image\": 5}"), 400);
    }

    private void refusesPicture(String image, String allowed) {
        Person.Answer answer = ann.post("/api/films",
                new JsonObject().put("prompt", "a car").put("frames", 8).put("image", image));
        assertProblem(answer, 400);
        assertThat(answer.json().getString("field")).isEqualTo("image");
        assertThat(answer.json().getString("allowed")).contains(allowed);
        assertThat(answer.json().getString("value")).hasSizeLessThan(120);
    }

    @Test
    void refusesALargeBody() {
        String body = "{\"prompt\": \"" + "a".repeat((int) Operations.LARGEST_BODY) + "\"}";
        Person.Answer answer = ann.post("/api/films/" + film + "/prompts", "application/json", body);
        assertProblem(answer, 413);
        assertThat(answer.json().getString("detail")).contains("at most 1048576 bytes");

        String larger = "{\"image\": \"" + "a".repeat((int) Operations.LARGEST_BODY_WITH_IMAGE) + "\"}";
        answer = ann.post("/api/films", "application/json", larger);
        assertProblem(answer, 413);
        assertThat(answer.json().getString("detail")).contains("at most 16777216 bytes");
    }

    @Test
    void refusesALargeBodyOfUnknownLength() {
        byte[] body = new byte[(int) Operations.LARGEST_BODY + 1];

        assertProblem(ann.send("POST", "/api/films/" + film + "/prompts",
                HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)),
                "Content-Type", "application/json"), 413);
    }

    @ParameterizedTest
    @CsvSource({
        "/api/films/01ARZ3NDEKTSV4RRFFQ69G5FAV", "/api/films/nonsense", "/api/films/01ARZ3NDEKTSV4RRFFQ69G5FAV/video.mp4",
        "/api/nothing", "/v/AAAAAAAAAAAAAAAAAAAAAA", "/v/short", "/v/AAAAAAAAAAAAAAAAAAAAAA/video.mp4", "/nothing.js",
        "/js/../../pom.xml", "/..%2fpom.xml", "/js/..%2f..%2fpom.xml", "/.git/config", "/%00"})
    void doesNotKnowWhatIsNotThere(String path) throws IOException {
        Raw answer = raw("GET " + path + " HTTP/1.1\r\nHost: x\r\nCookie: " + ann.cookie()
                + "\r\nConnection: close\r\n\r\n");

        assertThat(answer.status()).isIn(400, 404);
        assertThat(answer.text()).contains("application/problem+json").doesNotContain("<project");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "PUT|/api/films|GET, HEAD, POST", "PUT|/api/films/01ARZ3NDEKTSV4RRFFQ69G5FAV|DELETE, GET, HEAD, PATCH",
        "DELETE|/api/films|GET, HEAD, POST", "POST|/api/packs|GET, HEAD", "POST|/|GET, HEAD"})
    void saysWhichMethodsAPathHas(String method, String path, String allow) {
        Person.Answer answer = ann.send(method, path, HttpRequest.BodyPublishers.noBody());

        assertProblem(answer, 405);
        assertThat(answer.header("Allow")).contains(allow);
    }

    @ParameterizedTest
    @CsvSource({"limit=0", "limit=101", "limit=x", "before=x"})
    void refusesBadQueries(String query) {
        assertProblem(ann.get("/api/films?" + query), 400);
    }

    @ParameterizedTest
    @CsvSource({"http://evil.example", "null", "http://127.0.0.1:1", "nonsense", "http://127.0.0.1@evil.example"})
    void refusesPagesOfOtherSites(String origin) {
        String body = "{\"prompt\": \"a\", \"frames\": 8}";

        assertProblem(ann.post("/api/films", "application/json", body, "Origin", origin), 403);
        assertProblem(ann.delete("/api/films/" + film, "Origin", origin), 403);
        assertThat(ann.post("/api/films", "application/json", body, "Origin", ann.url).status()).isEqualTo(201);
    }

    @Test
    void survivesNonsenseOnTheWire() throws IOException {
        assertThat(raw("HELLO\r\n\r\n").status()).isEqualTo(400);
        assertThat(raw("GET /" + "a".repeat(9000) + " HTTP/1.1\r\nHost: x\r\n\r\n").status()).isEqualTo(414);
        assertThat(raw("GET /%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").status()).isEqualTo(400);
    }

    private record Raw(int status, String text) { }

    private Raw raw(String request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", studio.port())) {
            socket.setSoTimeout(10_000);
            OutputStream out = socket.getOutputStream();
            out.write(request.getBytes(StandardCharsets.US_ASCII));
            out.flush();
            InputStream in = socket.getInputStream();
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return new Raw(Integer.parseInt(text.split(" ")[1]), text);
        }
    }

    private static void assertProblem(Person.Answer answer, int status) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).contains("application/problem+json");
        JsonObject problem = answer.json();
        assertThat(problem.getInteger("status")).isEqualTo(status);
        assertThat(problem.getString("type")).startsWith("urn:longtake:problem:");
        assertThat(problem.getString("title")).isNotBlank();
        assertThat(problem.getString("detail")).endsWith(".");
    }
}
