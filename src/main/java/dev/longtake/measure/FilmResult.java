package dev.longtake.measure;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * A film that was measured.
 *
 * @param pace   how fast it was made; null if it was not made here
 * @param stills a few of its frames, ascending; empty in reports for machines
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record FilmResult(Trial trial, FilmScores scores, FilmPace pace, List<Still> stills) {

    public FilmResult {
        stills = stills == null ? List.of() : List.copyOf(stills);
    }

    /** The same without its pictures. */
    FilmResult numbers() {
        return new FilmResult(trial, scores, pace, List.of());
    }
}
