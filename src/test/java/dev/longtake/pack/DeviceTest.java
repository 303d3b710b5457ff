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

    @Test
    void readsMemory() {
        assertThat(Device.cpu().memory()).isEmpty();
        assertThat(Device.cpu().withMemory("12GB").memory()).hasValue(12_000_000_000L);
        assertThat(Device.parse("cuda").withMemory("1.5 gb").withThreads(2).memory()).hasValue(1_500_000_000L);
        assertThat(Device.cpu().withMemory("800MB").memory()).hasValue(800_000_000L);
        assertThat(Device.cpu().withMemory("800MB").withMemory("").memory()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"12", "GB", "0GB", "-1GB", "12 TB", "12GiB", "many"})
    void refusesOtherMemory(String size) {
        assertThatThrownBy(() -> Device.cpu().withMemory(size)).isInstanceOf(InvalidFieldException.class)
                .hasMessageContaining("device-memory must be a number with MB or GB, such as 12GB, but was");
    }
}
