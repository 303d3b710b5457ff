package dev.longtake.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.longtake.film.InvalidFieldException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceTest {

    @Test
    void readsNames() {
        assertThat(Device.parse("cpu")).isEqualTo(Device.cpu()).hasToString("cpu");
        assertThat(Device.parse("cuda")).hasToString("cuda:0");
        assertThat(Device.parse("cuda:3").index()).isEqualTo(3);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "gpu", "cuda:", "cuda:-1", "cuda:99999", "CPU", "cpu:0"})
    void refusesOthers(String name) {
        assertThatThrownBy(() -> Device.parse(name)).isInstanceOf(InvalidFieldException.class)
                .hasMessageContaining("device must be cpu or cuda:0");
    }

    @Test
    void refusesNegativeThreads() {
        assertThatThrownBy(() -> Device.cpu().withThreads(-1)).isInstanceOf(InvalidFieldException.class)
                .hasMessageContaining("threads");
    }
}
