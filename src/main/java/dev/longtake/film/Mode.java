package dev.longtake.film;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How a film's chunks are denoised. */
public enum Mode {

    /** A few steps of one pass each: guidance is folded into the network, which distillation has taught that. */
    FAST,

    /** Any number of steps with classifier-free guidance, which may also be told what not to show. */
    CAREFUL;

    /** As people and interfaces write it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Reads a {@link #word}.
     *
     * @throws InvalidFieldException if it is none
     */
    public static Mode parse(String word) {
        return Arrays.stream(values()).filter(mode -> mode.word().equals(word)).findFirst()
                .orElseThrow(() -> new InvalidFieldException("mode", word,
                        Arrays.stream(values()).map(Mode::word).collect(Collectors.joining(" or "))));
    }
}
