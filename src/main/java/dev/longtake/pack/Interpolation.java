package dev.longtake.pack;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.longtake.film.InvalidFieldException;
import java.util.Locale;

/** How pictures are drawn larger before they are refined. */
public enum Interpolation {

    BILINEAR,
    /** Keys' cubic with a = -0.5, as in the Python Imaging Library. */
    BICUBIC;

    @JsonValue
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    @JsonCreator
    static Interpolation of(String word) {
        for (Interpolation one : values()) {
            if (one.word().equals(word)) {
                return one;
            }
        }
        throw new InvalidFieldException("enhancer.enlargement", word, "bilinear or bicubic");
    }
}
