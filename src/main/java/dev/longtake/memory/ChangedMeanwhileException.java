package dev.longtake.memory;

/** Somebody else changed what was to be changed; whoever wants to change it should look at it again. */
public final class ChangedMeanwhileException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public ChangedMeanwhileException(String what) {
        super("the " + what + " was changed meanwhile");
    }
}
