package dev.longtake.studio;

import dev.longtake.film.InvalidFieldException;
import dev.longtake.film.PromptChange;
import dev.longtake.film.Timeline;
import java.util.ArrayList;
import java.util.List;

/**
 * Body of {@code PUT /api/films/{id}/timeline}.
 *
 * @param timeline prompts to come; may repeat what has started as it is
 */
record Replan(List<NewFilm.Change> timeline) {

    /** @throws InvalidFieldException naming the first field that is wrong */
    List<PromptChange> toChanges() {
        if (timeline == null || timeline.size() > Timeline.MOST_CHANGES) {
            throw new InvalidFieldException("timeline", timeline == null ? null : timeline.size(),
                    "a list of at most " + Timeline.MOST_CHANGES + " prompts");
        }
        List<PromptChange> changes = new ArrayList<>();
        for (NewFilm.Change change : timeline) {
            if (change == null) {
                throw new InvalidFieldException("timeline", null, "a list of {frame, prompt}");
            }
            changes.add(new PromptChange(
                    Inputs.require("timeline.frame", change.frame(), "0 or more"),
                    change.prompt(),
                    Inputs.orElse(change.transition(), 1)));
        }
        return changes;
    }
}
