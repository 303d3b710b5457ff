package dev.longtake.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.longtake.film.FilmId;
import dev.longtake.film.InvalidFieldException;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class ShareLinksTest extends RedisTest {

    @Test
    void aTokenStandsForItsFilmUntilItIsRevoked() throws Exception {
        FilmId id = await(films.create(film(16))).id();
        ShareLink link = await(memory.shares().create(id, ShareTerms.USUAL));
        ShareLink other = await(memory.shares().create(id, ShareTerms.USUAL));
        assertThat(link.token()).hasSize(22).isNotEqualTo(other.token());
        assertThat(await(memory.shares().resolve(link.token()))).contains(link);
        assertThat(await(memory.shares().list(id))).containsExactlyInAnyOrder(link, other);
        await(memory.shares().revoke(link.token()));
        await(memory.shares().revoke(link.token()));
        assertThat(await(memory.shares().resolve(link.token()))).isEmpty();
        assertThat(await(memory.shares().resolve(other.token()))).contains(other);
        assertThat(await(memory.shares().list(id))).containsExactly(other);
    }

    @Test
    void nobodyCanGuessOne() throws Exception {
        for (String token : new String[] {null, "", "x", "../../etc/passwd", "A".repeat(22)}) {
            assertThat(await(memory.shares().resolve(token))).isEmpty();
        }
    }

    @Test
    void onlyFilmsCanBeShared() {
        FilmId id = FilmId.create();
        assertThatThrownBy(() -> await(memory.shares().create(id, ShareTerms.USUAL)))
                .hasCause(new UnknownFilmException(id));
    }

    @Test
    void anExpiredLinkShowsNothingUntilItsMakerLetsItLiveOn() throws Exception {
        FilmId id = await(films.create(film(16))).id();
        Instant soon = Instant.now().plusMillis(200).truncatedTo(ChronoUnit.MILLIS);
        ShareTerms terms = new ShareTerms(Optional.of(soon), true, true, false);
        ShareLink link = await(memory.shares().create(id, terms));
        Awaitility.await().until(() -> await(memory.shares().resolve(link.token())).isEmpty());
        assertThat(Instant.now()).isAfterOrEqualTo(soon);
        assertThat(await(memory.shares().find(link.token()))).contains(link);
        assertThat(await(memory.shares().list(id))).containsExactly(link);

        await(memory.shares().change(link.token(), old -> new ShareTerms(Optional.empty(), true, false, true)));
        assertThat(await(memory.shares().resolve(link.token())).orElseThrow().terms())
                .isEqualTo(new ShareTerms(Optional.empty(), true, false, true));
    }

    @Test
    void whoeverWatchesHearsOfEveryChangeInAnyProcess() throws Exception {
        FilmId id = await(films.create(film(16))).id();
        ShareLink link = await(memory.shares().create(id, ShareTerms.USUAL));
        AtomicInteger heard = new AtomicInteger();
        Memory elsewhere = open();
        Subscription watching = elsewhere.shares().watch(link.token(), heard::incrementAndGet);
        Awaitility.await().until(() -> heard.get() == 1);
        await(memory.shares().change(link.token(), old -> new ShareTerms(Optional.empty(), true, false, true)));
        Awaitility.await().until(() -> heard.get() == 2);
        await(memory.shares().revoke(link.token()));
        Awaitility.await().until(() -> heard.get() == 3);
        watching.close();
        await(elsewhere.close());
    }

    @Test
    void everyVisitorCountsOnceAndIsNotStored() throws Exception {
        FilmId id = await(films.create(film(16))).id();
        ShareLink link = await(memory.shares().create(id, ShareTerms.USUAL));
        for (String visitor : new String[] {"ann of 10.1.2.3", "bob", "ann of 10.1.2.3", "cy", "bob"}) {
            await(memory.shares().countView(link.token(), visitor));
        }
        assertThat(await(memory.shares().views(link.token()))).isEqualTo(3);
        assertThat(await(redis.send(Request.cmd(Command.GET).arg(FilmKeys.shareViews(link.token())))).toString())
                .startsWith("HYLL").doesNotContain("ann").doesNotContain("bob");
        await(memory.shares().revoke(link.token()));
        await(memory.shares().countView(link.token(), "dee"));
        assertThat(await(memory.shares().views(link.token()))).isZero();
        assertThat(await(redis.send(Request.cmd(Command.KEYS).arg("*" + link.token() + "*"))).size()).isZero();
    }

    @Test
    void whoeverMakesAFilmOfTheirOwnFromItReadsItsPrompts() {
        assertThatThrownBy(() -> new ShareTerms(Optional.empty(), false, true, true))
                .isInstanceOf(InvalidFieldException.class).hasMessageContaining("prompts must be true");
    }

    /** Links used to be strings with the film's id, and told the prompts to everyone. */
    @Test
    void anOldLinkStillShowsItsFilmButTellsNoPrompts() throws Exception {
        FilmId id = await(films.create(film(16))).id();
        String token = "A".repeat(22);
        await(redis.send(Request.cmd(Command.SADD).arg(FilmKeys.shares(id)).arg(token)));
        await(redis.send(Request.cmd(Command.SET).arg(FilmKeys.share(token)).arg(id.value())));

        ShareLink link = await(memory.shares().resolve(token)).orElseThrow();
        assertThat(link.film()).isEqualTo(id);
        assertThat(link.terms()).isEqualTo(ShareTerms.USUAL);
        assertThat(await(memory.shares().list(id))).containsExactly(link);
    }
}
