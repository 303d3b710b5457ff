package dev.longtake.measure;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an evaluation tells, for people and for machines.
 *
 * @param settings what all films have in common; null for videos from anywhere
 */
public record EvaluationReport(EvaluationSettings settings, Scoreboard scoreboard, List<FilmResult> results) {

    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    public EvaluationReport {
        results = List.copyOf(results);
    }

    /** Writes {@code evaluation.json}, {@code evaluation.md} and {@code evaluation.html}. */
    public void write(EvaluationFolder folder) throws IOException {
        folder.write("evaluation.json", json());
        folder.write("evaluation.md", markdown());
        folder.write("evaluation.html", html());
    }

    /** Settings, table and the numbers of every film, without its pictures. */
    public String json() {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("settings", settings);
        report.put("table", scoreboard.rows());
        report.put("films", results.stream().map(FilmResult::numbers).toList());
        try {
            return JSON.writeValueAsString(report);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The table, for a model card. */
    public String markdown() {
        StringBuilder text = new StringBuilder("| | measure | goal | value | reached | chance | measured on |\n"
                + "|---|---|---|---|---|---|---|\n");
        String group = "";
        for (Scoreboard.Row row : scoreboard.rows()) {
            text.append(String.format("| %s | %s | %s | **%s** | %s | %s | %s |%n",
                    row.group().equals(group) ? "" : row.group(), row.measure(), row.goalText(), row.valueText(),
                    row.reached() == null ? "" : row.reached() ? "yes" : "**no**", row.chanceText(), row.basis()));
            group = row.group();
        }
        return text.toString();
    }

    /** A page that needs nothing but itself. */
    public String html() {
        return new ReportPage(this).html();
    }
}
