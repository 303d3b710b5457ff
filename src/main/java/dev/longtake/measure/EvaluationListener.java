package dev.longtake.measure;

/** Follows an evaluation, on the thread that makes the films. */
public interface EvaluationListener {

    /**
     * Before anything is done.
     *
     * @param films  of the whole evaluation
     * @param done   those that are finished already
     * @param frames of those that are not
     */
    void onStart(int films, int done, long frames);

    /** Before a film is made. */
    void onFilm(Trial trial);

    /** Some more frames are made and scored. */
    void onFrames(int frames);
}
