package dev.longtake.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.longtake.film.FilmId;
import dev.longtake.film.InvalidFieldException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class FilmEventsTest extends RedisTest {

    private final List<FilmEvent> seen = new CopyOnWriteArrayList<>();

    @Test
    void tellsTheWholeStoryInOrder() throws Exception {
        FilmId id = await(films.create(film(16))).id();
        Subscription tail = memory.events().tail(id, FilmEvents.BEGINNING, seen::add);
        awaitSeen(2);
        step(id);
        awaitSeen(5);
        tail.close();
        assertThat(seen).extracting(FilmEvent::type).containsExactly("state", "queue", "state", "chunk", "state");
        assertThat(seen).extracting(FilmEvent::id).isSorted().doesNotHaveDuplicates();
        assertThat(seen.get(0).body().getString("state")).isEqualTo("QUEUED");
        assertThat(seen.get(1).body()).isEqualTo(new JsonObject().put("position", 0));
        assertThat(seen.get(3).toJson().getMap())
                .containsEntry("type", "chunk")
                .containsEntry("chunk", 0)
                .containsEntry("firstFrame", 0)
                .containsEntry("frames", 16)
                .containsEntry("framesDone", 16)
                .containsEntry("prompt", "a red car")
                .containsEntry("fps", 8.0);
        assertThat(seen.get(4).body().getString("state")).isEqualTo("FINISHED");
    }

    @Test
    void goesOnFromAnyPosition() throws Exception {
        FilmId id = await(films.create(film(80))).id();
        for (int i = 0; i < 500; i++) {
            append(id, i);
        }
        Subscription first = memory.events().tail(id, FilmEvents.BEGINNING, seen::add);
        awaitSeen(502);
        first.close();
        String from = seen.get(251).id();
        seen.clear();
        Subscription second = memory.events().tail(id, from, seen::add);
        append(id, 500);
        awaitSeen(251);
        second.close();
        assertThat(steps()).isEqualTo(IntStream.rangeClosed(250, 500).boxed().toList());
    }

    @Test
    void everyWatcherInEveryProcessSeesEverythingOnce() throws Exception {
        FilmId id = await(films.create(film(80))).id();
        Memory elsewhere = open();
        List<FilmEvent> there = new CopyOnWriteArrayList<>();
        String from = await(memory.events().latest(id));
        Subscription here = memory.events().tail(id, from, seen::add);
        Subscription other = elsewhere.events().tail(id, from, there::add);
        for (int i = 0; i < 100; i++) {
            append(id, i);
        }
        awaitSeen(100);
        Awaitility.await().until(() -> there.size() == 100);
        here.close();
        other.close();
        append(id, 100);
        await(elsewhere.close());
        assertThat(steps()).isEqualTo(IntStream.range(0, 100).boxed().toList());
        assertThat(there).isEqualTo(seen);
    }

    @Test
    void missesNothingWhenTheConnectionBreaks() throws Exception {
        FilmId id = await(films.create(film(80))).id();
        Subscription tail = memory.events().tail(id, await(memory.events().latest(id)), seen::add);
        for (int i = 0; i < 30; i++) {
            if (i % 10 == 5) {
                await(redis.send(Request.cmd(Command.CLIENT).arg("KILL").arg("TYPE").arg("pubsub")));
            }
            append(id, i);
        }
        awaitSeen(30);
        tail.close();
        assertThat(steps()).isEqualTo(IntStream.range(0, 30).boxed().toList());
    }

    @Test
    void theEndOfAFilmIsTheLastEvent() throws Exception {
        FilmId id = await(films.create(film(80))).id();
        Subscription tail = memory.events().tail(id, await(memory.events().latest(id)), seen::add);
        append(id, 0);
        awaitSeen(1);
        await(films.delete(id));
        awaitSeen(2);
        tail.close();
        assertThat(seen.get(1).type()).isEqualTo(FilmEvent.DELETED);
        assertThat(seen.get(1).id()).isGreaterThan(seen.get(0).id());
    }

    @Test
    void tellsOfADeletionThatCameBeforeItListened() throws Exception {
        FilmId id = await(films.create(film(80))).id();
        String latest = await(memory.events().latest(id));
        await(films.delete(id));
        Subscription tail = memory.events().tail(id, latest, seen::add);
        awaitSeen(1);
        tail.close();
        assertThat(seen.get(0).type()).isEqualTo(FilmEvent.DELETED);
        assertThat(seen.get(0).id()).isGreaterThan(latest);
    }

    @Test
    void keepsABoundedNumberOfEvents() throws Exception {
        FilmId id = await(films.create(film(80))).id();
        for (int i = 0; i < FilmEvents.KEPT_EVENTS + 300; i++) {
            append(id, i);
        }
        int kept = await(redis.send(Request.cmd(Command.XLEN).arg(FilmKeys.events(id)))).toInteger();
        assertThat(kept).isBetween(FilmEvents.KEPT_EVENTS, FilmEvents.KEPT_EVENTS + 200);
    }

    @Test
    void refusesWhatIsNoEventId() {
        assertThatThrownBy(() -> memory.events().tail(FilmId.create(), "yesterday", seen::add))
                .isInstanceOf(InvalidFieldException.class)
                .hasMessageStartingWith("from must be");
    }

    @Test
    void showsPreviewsToWhoeverLooks() throws Exception {
        FilmId id = await(films.create(film(80))).id();
        assertThat(await(memory.events().previewsWatched(id))).isFalse();
        List<Preview> shown = new CopyOnWriteArrayList<>();
        Subscription looks = memory.events().previews(id, shown::add);
        Awaitility.await().until(() -> await(memory.events().previewsWatched(id)));
        Preview preview = new Preview(3, Buffer.buffer(new byte[] {-1, -40, 0, 13, 10}));
        await(memory.events().publish(id, preview));
        Awaitility.await().until(() -> !shown.isEmpty());
        looks.close();
        assertThat(shown).containsExactly(preview);
        Awaitility.await().until(() -> !await(memory.events().previewsWatched(id)));
    }

    private void append(FilmId id, int step) throws Exception {
        await(memory.events().append(id, FilmEvent.PROGRESS, new JsonObject().put("step", step).put("text", "a b c")));
    }

    private void awaitSeen(int count) {
        Awaitility.await().until(() -> seen.size() >= count);
    }

    private List<Integer> steps() {
        return seen.stream().map(event -> event.body().getInteger("step")).toList();
    }
}
