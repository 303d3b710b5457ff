package dev.longtake.film;

/** A value from outside that Longtake can't take: says which field, what it was and what is allowed. */
public final class InvalidFieldException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;
    private static final int LONGEST_QUOTE = 80;

    private final String field;
    private final String value;
    private final String allowed;

    /** @param value what it was; null where it is missing */
    public InvalidFieldException(String field, Object value, String allowed) {
        super(field + " must be " + allowed + ", but was " + quote(value));
        this.field = field;
        this.value = value == null ? null : shorten(value.toString());
        this.allowed = allowed;
    }

    public String field() {
        return field;
    }

    /** What it was, shortened; null where it is missing. */
    public String value() {
        return value;
    }

    public String allowed() {
        return allowed;
    }

    private static String quote(Object value) {
        if (value == null) {
            return "missing";
        }
        String text = shorten(value.toString());
        return value instanceof Number ? text : "\"" + text + "\"";
    }

    private static String shorten(String text) {
        return text.length() <= LONGEST_QUOTE
                ? text
                : text.substring(0, LONGEST_QUOTE) + "… (" + text.length() + " characters)";
    }
}
