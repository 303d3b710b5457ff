package dev.longtake.cli;

import dev.longtake.film.InvalidFieldException;
import dev.longtake.film.PromptChange;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a line of a timeline: {@code 24: it starts to rain}, or {@code 24/3: …} to fade over three chunks. */
final class PromptLine implements ITypeConverter<PromptChange> {

    private static final Pattern LINE = Pattern.compile("\\s*(\\d{1,9})(?:/(\\d{1,9}))?\\s*:(.*)", Pattern.DOTALL);

    @Override
    public PromptChange convert(String line) {
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches()) {
            throw new TypeConversionException("must be a frame, a colon and a prompt, such as"
                    + " \"24: it starts to rain\", but was \"" + line + "\"");
        }
        int transition = matcher.group(2) == null ? 1 : Integer.parseInt(matcher.group(2));
        try {
            return new PromptChange(Integer.parseInt(matcher.group(1)), matcher.group(3), transition);
        } catch (InvalidFieldException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
