package dev.longtake.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.longtake.film.FilmId;
import org.junit.jupiter.api.Test;

class ShareLinksTest extends RedisTest {

    @Test
    void aTokenStandsForItsFilmUntilItIsRevoked() throws Exception {
        FilmId id = await(films.create(film(16))).id();
        String token = await(memory.shares().create(id));
        String other = await(memory.shares().create(id));
        assertThat(token).hasSize(22).isNotEqualTo(other);
        assertThat(await(memory.shares().resolve(token))).contains(id);
        await(memory.shares().revoke(token));
        await(memory.shares().revoke(token));
        assertThat(await(memory.shares().resolve(token))).isEmpty();
        assertThat(await(memory.shares().resolve(other))).contains(id);
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
        assertThatThrownBy(() -> await(memory.shares().create(id))).hasCause(new UnknownFilmException(id));
    }
}
