package dev.longtake.cli;

import dev.longtake.director.SamplingWish;
import dev.longtake.film.InvalidFieldException;
import dev.longtake.film.Mode;
import dev.longtake.pack.PackManifest;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Options that say how films are denoised; use it as a {@code @Mixin}. */
final class SamplingOptions {

    @Option(names = "--mode", paramLabel = "NAME",
            description = "fast: a few steps that the pack has learnt; careful: any steps, guidance and negative prompt"
                    + " (default: fast where the pack can and the other options allow it).")
    private String mode;

    @Option(names = "--steps", paramLabel = "N", description = "Denoising steps per chunk (default: the pack's).")
    private Integer steps;

    @Option(names = "--guidance", paramLabel = "G",
            description = "How closely to follow the prompt; 1 is off (default: the pack's).")
    private Double guidance;

    /**
     * What the options come to for a pack.
     *
     * @param negativePrompt of the films; may be empty
     * @throws InvalidFieldException if there is no such mode, or the pack has it not
     */
    SamplingWish.Sampling sampling(PackManifest manifest, String negativePrompt) {
        Mode wished = mode == null ? null : Mode.parse(mode);
        return new SamplingWish(wished, steps, guidance).on(manifest, negativePrompt);
    }

    /** The same options for another process. */
    List<String> arguments() {
        List<String> arguments = new ArrayList<>();
        add(arguments, "--mode", mode);
        add(arguments, "--steps", steps);
        add(arguments, "--guidance", guidance);
        return arguments;
    }

    /** The same options for a studio. */
    void addTo(JsonObject request) {
        if (mode != null) {
            request.put("mode", mode);
        }
        if (steps != null) {
            request.put("steps", steps);
        }
        if (guidance != null) {
            request.put("guidance", guidance);
        }
    }

    private static void add(List<String> arguments, String name, Object value) {
        if (value != null) {
            arguments.add(name);
            arguments.add(value.toString());
        }
    }
}
