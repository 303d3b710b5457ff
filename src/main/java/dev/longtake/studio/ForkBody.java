package dev.longtake.studio;

import dev.longtake.film.Fork;
import dev.longtake.film.PromptChange;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Body of {@code POST /api/films/{id}/fork}; see {@link Fork}. Every field may be null.
 *
 * @param seed a number that JavaScript holds exactly
 */
record ForkBody(Integer atFrame, Integer frames, String prompt, Integer transition, Long seed) {

    /** @throws dev.longtake.film.InvalidFieldException naming the first field that is wrong */
    Fork toFork() {
        int over = Inputs.orElse(transition, 1);
        return new Fork(
                optional(atFrame),
                optional(frames),
                Optional.ofNullable(prompt).map(text -> new PromptChange(0, text, over).prompt()),
                over,
                seed == null ? OptionalLong.empty() : OptionalLong.of(Inputs.seed("seed", seed)));
    }

    private static OptionalInt optional(Integer value) {
        return value == null ? OptionalInt.empty() : OptionalInt.of(value);
    }
}
