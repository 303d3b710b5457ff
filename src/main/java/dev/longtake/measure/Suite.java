package dev.longtake.measure;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.longtake.director.Conditioning;
import dev.longtake.film.InvalidFieldException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A set of films that answers one question about a pack. */
public enum Suite {

    /** Held-out prompts: does the film show what the prompt says? */
    PROMPTS("prompts", Integer.MAX_VALUE, 80),

    /** Prompts by people, not from the grammar that captions the training data. */
    PARAPHRASES("paraphrases", Integer.MAX_VALUE, 80),

    /** Prompts that change in the middle: how soon does the change show? Lengths are those of the file. */
    TIMELINES("timelines", Integer.MAX_VALUE, 0),

    /** The first prompts once more, 15 times as long: does anything wear off? */
    LONG("long", 4, 1200),

    /**
     * Prompts that leave most open, with the whole model, without CAM and without APM: what does each remember? A prompt
     * that names everything would keep actor and place alike by itself.
     */
    ABLATIONS("ablations", 8, 240),

    /** Films that are refined in several ways. */
    ENHANCER("enhancer", 8, 80),

    /** Files from anywhere; nothing is made. */
    VIDEOS("videos", Integer.MAX_VALUE, 0);

    private static final List<Conditioning> ABLATED =
            List.of(Conditioning.WHOLE, new Conditioning(false, true), new Conditioning(true, false));

    private final String label;
    private final int films;
    private final int frames;

    Suite(String label, int films, int frames) {
        this.label = label;
        this.films = films;
        this.frames = frames;
    }

    /** What this suite is called in options and reports. */
    @JsonValue
    public String label() {
        return label;
    }

    /** @throws InvalidFieldException if no suite of films to be made is called so */
    @JsonCreator
    public static Suite of(String label) {
        return made().stream()
                .filter(suite -> suite.label.equals(label))
                .findFirst()
                .orElseThrow(() -> new InvalidFieldException("suites", label, "one of " + made().stream()
                        .map(Suite::label).collect(Collectors.joining(", "))));
    }

    /** The suites whose films a pack makes, in the order of reports. */
    public static List<Suite> made() {
        return List.of(PROMPTS, PARAPHRASES, TIMELINES, LONG, ABLATIONS, ENHANCER);
    }

    /**
     * The films of this suite.
     *
     * @param file what they must show
     * @param size how much of it
     */
    public List<Trial> trials(PromptFile file, SuiteSize size) {
        int count = Math.min(size.films() == null ? films : size.films(), file.entries().size());
        long firstSeed = size.seed() == null ? file.seed() : size.seed();
        List<Trial> trials = new ArrayList<>();
        if (this == ENHANCER) {
            for (int i = 0; i < count; i++) {
                PromptFile.Entry entry = file.entries().get(i);
                for (Rendition rendition : Rendition.values()) {
                    trials.add(new Trial(this, i + 1, Conditioning.WHOLE, entry.scenes(), length(entry, size),
                            firstSeed + i, null, rendition));
                }
            }
            return trials;
        }
        for (Conditioning conditioning : this == ABLATIONS ? ABLATED : List.of(Conditioning.WHOLE)) {
            for (int i = 0; i < count; i++) {
                PromptFile.Entry entry = file.entries().get(i);
                trials.add(new Trial(
                        this, i + 1, conditioning, entry.scenes(), length(entry, size), firstSeed + i, null));
            }
        }
        return trials;
    }

    private int length(PromptFile.Entry entry, SuiteSize size) {
        if (entry.frames() != null) {
            return entry.frames();
        }
        return size.frames() == null ? frames : size.frames();
    }
}
