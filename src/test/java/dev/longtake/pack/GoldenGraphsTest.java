package dev.longtake.pack;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every network of the shipped pack answers as PyTorch does. */
class GoldenGraphsTest {

    private static final PackManifest MANIFEST = PackManifest.read(TestPacks.STORYBOOK);

    static Stream<JsonNode> graphs() {
        return StreamSupport.stream(Golden.cases().get("graphs").spliterator(), false);
    }

    @ParameterizedTest
    @MethodSource("graphs")
    void answersAsPyTorch(JsonNode golden) {
        String role = golden.get("graph").asText();
        PackManifest.Graph spec = MANIFEST.graphs().get(role);
        NetworkRuntime runtime = new NetworkRuntime(Device.cpu());
        try (Graph graph = new Graph(new PackFiles(TestPacks.STORYBOOK), role, spec, runtime, 1);
                Binding binding = graph.bind(batch(golden, spec), Map.of())) {
            golden.get("inputs").fields().forEachRemaining(
                    input -> binding.input(input.getKey()).fill(Golden.tensor(input.getValue())));
            binding.run();
            golden.get("outputs").fields().forEachRemaining(output -> Golden.assertClose(
                    golden,
                    role + " " + output.getKey(),
                    binding.output(output.getKey()).toArray(),
                    Golden.tensor(output.getValue())));
        }
    }

    @Test
    void promptsAreEncodedAsInTraining() {
        JsonNode chunks = Golden.cases().get("chunks");
        try (PromptTokenizer tokenizer = PromptTokenizer.open(TestPacks.STORYBOOK, MANIFEST.text());
                TextEncoder encoder = new MiniLmEncoder(new NetworkRuntime(Device.cpu()), MANIFEST.text(), tokenizer)) {
            Golden.assertClose("text", encoder.encode(chunks.get("prompt").asText()),
                    Golden.tensor(chunks.get("text")));
            Golden.assertClose("uncond", encoder.encode(chunks.get("negativePrompt").asText()),
                    Golden.tensor(chunks.get("uncond")));
        }
    }

    /** The size that a golden case has where the manifest leaves it open. */
    private static int batch(JsonNode golden, PackManifest.Graph spec) {
        Map.Entry<String, TensorShape> open = spec.inputs().entrySet().stream()
                .filter(input -> input.getValue().sizes().get(0) instanceof String)
                .findFirst()
                .orElseThrow();
        long one = 1;
        for (long size : open.getValue().with(1)) {
            one *= size;
        }
        return (int) (Golden.tensor(golden.get("inputs").get(open.getKey())).length / one);
    }
}
