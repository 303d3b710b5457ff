package dev.longtake.memory;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;

/**
 * What becomes of a film in one step.
 *
 * @param <T>    what whoever asked for the change wants to know
 * @param after  the film afterwards
 * @param stale  pictures to forget
 * @param blobs  pictures and latents to keep
 * @param events what to tell those who watch
 */
record FilmChange<T>(FilmRecord after, List<Stale> stale, List<Blob> blobs, List<Event> events, T result) {

    /** Where a blob is kept: which of the film's hashes, by its place among the keys of the script. */
    enum Place {
        SNAPSHOTS(3),
        SEGMENTS(4),
        MEDIA(5),
        ENHANCED(7);

        private final int key;

        Place(int key) {
            this.key = key;
        }
    }

    /** What is to be forgotten: a value of one of the film's hashes, or all of them where {@code field} is empty. */
    record Stale(Place place, String field) {}

    /** A value in one of the film's hashes. */
    record Blob(Place place, String field, Buffer value) {}

    /** An event to be. */
    record Event(String type, JsonObject body) {}

    static <T> FilmChange<T> of(FilmRecord after, List<Event> events, T result) {
        return new FilmChange<>(after, List.of(), List.of(), events, result);
    }

    /** Arguments of {@code change.lua}. */
    List<Object> arguments(long expectedVersion, String channel) {
        List<Object> arguments = new ArrayList<>();
        arguments.add(expectedVersion == FilmRecord.UNBORN ? "" : Long.toString(expectedVersion));
        arguments.add(channel);
        arguments.add(FilmEvents.KEPT_EVENTS);
        var fields = after.at(expectedVersion + 1).fields();
        arguments.add(fields.size());
        fields.forEach((field, value) -> {
            arguments.add(field);
            arguments.add(value);
        });
        arguments.add(stale.size());
        for (Stale old : stale) {
            arguments.add(old.place().key);
            arguments.add(old.field());
        }
        arguments.add(blobs.size());
        for (Blob blob : blobs) {
            arguments.add(blob.place().key);
            arguments.add(blob.field());
            arguments.add(blob.value());
        }
        arguments.add(events.size());
        for (Event event : events) {
            arguments.add(event.type());
            arguments.add(event.body().encode());
        }
        return arguments;
    }
}
