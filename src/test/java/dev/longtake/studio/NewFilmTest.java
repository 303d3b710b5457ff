package dev.longtake.studio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.longtake.film.InvalidFieldException;
import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code POST /api/films} takes and what it refuses. */
class NewFilmTest {

    @Test
    void readsEveryField() {
        NewFilm film = read("""
                {"prompt": "a red car", "frames": 80, "negativePrompt": "fog", "seed": -7, "mode": "careful", "steps": 4,
                 "guidance": 2, "pack": "storybook", "timeline": [{"frame": 24, "prompt": "it rains", "transition": 2}]}
                """);
        assertThat(film.mode()).isEqualTo("careful");
        assertThat(film.guidance()).isEqualTo(2.0);
        assertThat(film.timeline()).containsExactly(new NewFilm.Change(24, "it rains", 2));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{\"prompt\": \"a\", \"frames\": \"80\"}|frames",
        "{\"prompt\": \"a\", \"frames\": 8.5}|frames",
        "{\"prompt\": \"a\", \"frames\": 99999999999}|frames",
        "{\"prompt\": \"a\", \"frames\": true}|frames",
        "{\"prompt\": 5, \"frames\": 8}|prompt",
        "{\"prompt\": [\"a\"], \"frames\": 8}|prompt",
        "{\"prompt\": \"a\", \"frames\": 8, \"fps\": 30}|fps",
        "{\"prompt\": \"a\", \"frames\": 8, \"seed\": 99999999999999999999}|seed",
        "{\"prompt\": \"a\", \"frames\": 8, \"timeline\": {}}|timeline",
        "{\"prompt\": \"a\", \"frames\": 8, \"timeline\": [{\"frame\": \"x\", \"prompt\": \"b\"}]}|timeline[0].frame",
        "{\"prompt\": \"a\", \"frames\": 8, \"timeline\": [{\"at\": 1}]}|timeline[0].at"})
    void namesTheFieldThatIsOfTheWrongKind(String json, String field) {
        assertThatThrownBy(() -> read(json))
                .isInstanceOfSatisfying(InvalidFieldException.class, e -> {
                    assertThat(e.field()).isEqualTo(field);
                    assertThat(e.allowed()).isNotBlank();
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "null", "[]", "\"a red car\"", "17", "{", "{\"prompt\": \"a\"} {}", "{'prompt': 1}",
        "{\"prompt\": \"a\", \"prompt\": \"b\"}", "prompt=a&frames=8", "{\"prompt\": \"a\u0000\"}"})
    void refusesWhatIsNotOneJsonObject(String body) {
        assertThatThrownBy(() -> read(body))
                .isInstanceOfSatisfying(ProblemException.class, e -> {
                    assertThat(e.problem().status()).isEqualTo(400);
                    assertThat(e.problem().type()).endsWith("malformed-json");
                });
    }

    @Test
    void hidesScriptsFromHtml() {
        assertThat(Json.writeForHtml(new Rename("</script><script>\u2028"))).doesNotContain("<").doesNotContain("\u2028");
    }

    private static NewFilm read(String json) {
        return Json.read(Buffer.buffer(json), NewFilm.class);
    }
}
