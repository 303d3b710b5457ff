package dev.longtake.memory;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryTest extends RedisTest {

    @Test
    void saysWhereNoRedisAnswers() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        assertThatThrownBy(() -> await(Memory.open(vertx, "redis://:secret@127.0.0.1:" + port)))
                .hasCauseInstanceOf(IOException.class)
                .hasMessageContaining("no Redis answers at redis://127.0.0.1:" + port)
                .hasMessageNotContaining("secret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "http://localhost:6379", ""})
    void saysWhatIsNoAddress(String url) {
        assertThatThrownBy(() -> await(Memory.open(vertx, url)))
                .hasCauseInstanceOf(IOException.class)
                .hasMessageContaining(url);
    }

    @Test
    void answersWhileRedisDoes() throws Exception {
        await(memory.ping());
    }
}
