package dev.longtake.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.longtake.film.InvalidFieldException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DeviceMemoryTest {

    private static final PackManifest MANIFEST = PackManifest.read(TestPacks.STORYBOOK);

    private static Graph graph(NetworkRuntime runtime, String role) {
        return new Graph(new PackFiles(TestPacks.STORYBOOK), role, MANIFEST.graphs().get(role), runtime, 1);
    }

    private static float[] run(Graph graph) {
        try (Binding binding = graph.bind(1, Map.of())) {
            binding.run();
            return binding.outputs().values().iterator().next().toArray();
        }
    }

    @Test
    void whatWasUsedLongestAgoMakesRoom() {
        NetworkRuntime runtime = new NetworkRuntime(Device.cpu().withMemory("14MB"));
        DeviceMemory memory = runtime.memory();
        Graph decoder = graph(runtime, "vae_decoder");
        Graph apm = graph(runtime, "apm");
        Graph embedding = graph(runtime, "cam_embedding");
        assertThat(decoder.bytes() + apm.bytes() + embedding.bytes()).as("all three").isGreaterThan(14_000_000);
        try (memory) {
            assertThat(memory.taken()).isZero();
            float[] before = run(decoder);
            run(apm);
            assertThat(memory.taken()).isEqualTo(decoder.bytes() + apm.bytes());
            run(decoder);
            run(embedding);
            assertThat(memory.taken()).as("without apm").isEqualTo(decoder.bytes() + embedding.bytes());
            run(apm);
            assertThat(memory.taken()).as("without the decoder").isEqualTo(embedding.bytes() + apm.bytes());
            assertThat(run(decoder)).as("loaded again").isEqualTo(before);
            assertThat(memory.taken()).isLessThanOrEqualTo(14_000_000);
            decoder.close();
            assertThat(memory.taken()).isEqualTo(apm.bytes());
        }
        assertThat(memory.taken()).isZero();
    }

    @Test
    void nothingThatRunsMakesRoom() {
        NetworkRuntime runtime = new NetworkRuntime(Device.cpu().withMemory("7MB"));
        Graph decoder = graph(runtime, "vae_decoder");
        Graph apm = graph(runtime, "apm");
        try (DeviceMemory memory = runtime.memory()) {
            decoder.acquire();
            assertThatThrownBy(apm::acquire).isInstanceOf(IllegalStateException.class)
                    .hasMessage("no room for the network apm: all others are running");
            decoder.release();
            apm.acquire();
            apm.release();
            assertThat(memory.taken()).isEqualTo(apm.bytes());
        }
    }

    @Test
    void saysWhenANetworkCanNeverFitIn() {
        NetworkRuntime runtime = new NetworkRuntime(Device.cpu().withMemory("1MB"));
        assertThatThrownBy(() -> graph(runtime, "apm").acquire()).isInstanceOf(InvalidFieldException.class)
                .hasMessage("device-memory must be at least 6.9MB for the network apm, but was \"1.0MB\"");
    }

    @Test
    void whatIsUsedInTurnForEveryStepMustFitInTogether() {
        assertThatThrownBy(() -> ModelPack.open(TestPacks.STORYBOOK, Device.cpu().withMemory("50MB")))
                .isInstanceOf(InvalidFieldException.class).hasMessageContaining("device-memory must be at least")
                .hasMessageContaining("unet and cam");
    }
}
