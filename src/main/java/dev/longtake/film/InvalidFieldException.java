package dev.longtake.film;

/** A value from outside that Longtake can't take: says which field, what it was and what is allowed. */
public final class InvalidFieldException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;
    private static final int LONGEST_QUOTE = 80;

    private final String field;

    public InvalidFieldException(String field, Object value, String allowed) {
        super(field + " must be " + allowed + ", but was " + quote(value));
        this.field = field;
    }

    public String field() {
        return field;
    }

    private static String quote(Object value) {
        if (value == null) {
            return "missing";
        }
        String text = value.toString();
        if (text.length() > LONGEST_QUOTE) {
            text = text.substring(0, LONGEST_QUOTE) + "… (" + text.length() + " characters)";
        }
        return value instanceof Number ? text : "\"" + text + "\"";
    }
}
