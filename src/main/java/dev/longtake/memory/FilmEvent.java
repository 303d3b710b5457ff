package dev.longtake.memory;

import io.vertx.core.json.JsonObject;

/**
 * Something that happened to a film.
 *
 * <table>
 * <caption>Types and the fields of their body</caption>
 * <tr><td>{@code state}</td><td>state, endless, frames, framesDone, chunks, chunksDone, error; where the film is to be
 *     refined, enhancedFrames (frames that are refined, from the first on) and, if that failed, enhancementError</td></tr>
 * <tr><td>{@code queue}</td><td>position: films that get their turn before, 0 = next</td></tr>
 * <tr><td>{@code progress}</td><td>chunk, step, steps, framesDone, firstOpenFrame (where a new prompt would act),
 *     fps (frames of film per second of work), etaSeconds (until the film is finished; not of an endless one)</td></tr>
 * <tr><td>{@code chunk}</td><td>chunk, firstFrame, frames, framesDone, firstOpenFrame, prompt, seconds,
 *     inferenceSeconds, fps, and enhancedFrames where the film is to be refined (fewer than before if the film had an
 *     end and goes on); a chunk that was shown in part comes again when the film is extended</td></tr>
 * <tr><td>{@code enhancing}</td><td>enhancedFrames, framesDone, frames (of the whole film), step, steps, fps (refined
 *     frames per second of work), etaSeconds (until the whole film is refined; not of an endless one)</td></tr>
 * <tr><td>{@code enhanced}</td><td>firstChunk, chunks (whose refined segments are there from now on), firstFrame,
 *     frames, enhancedFrames, framesDone, seconds, fps; chunks may come again when a film is extended</td></tr>
 * <tr><td>{@code prompt}</td><td>frame (the first at which the change is seen), prompt and transition (unless
 *     more than one prompt changed)</td></tr>
 * <tr><td>{@code trashed}</td><td>nothing; the film is out of sight until it is restored</td></tr>
 * <tr><td>{@code error}</td><td>message</td></tr>
 * <tr><td>{@code deleted}</td><td>nothing; the last event of a film</td></tr>
 * </table>
 *
 * @param id   place in the film's event stream, as Redis writes it; later events have greater ids
 * @param type one of the types above
 * @param body its fields
 */
public record FilmEvent(String id, String type, JsonObject body) {

    public static final String STATE = "state";
    public static final String QUEUE = "queue";
    public static final String PROGRESS = "progress";
    public static final String CHUNK = "chunk";
    public static final String ENHANCING = "enhancing";
    public static final String ENHANCED = "enhanced";
    public static final String PROMPT = "prompt";
    public static final String ERROR = "error";
    public static final String TRASHED = "trashed";
    public static final String DELETED = "deleted";

    /** The event as it goes over the wire: {@code id}, {@code type} and the body's fields side by side. */
    public JsonObject toJson() {
        return new JsonObject().put("id", id).put("type", type).mergeIn(body);
    }
}
