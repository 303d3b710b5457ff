package dev.longtake.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.fasterxml.jackson.databind.JsonNode;
import dev.longtake.film.InvalidFieldException;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every network of StreamingT2V answers as PyTorch does, and prompts are cut into CLIP's tokens. */
class EighthGraphsTest {

    private static final Path FOLDER = EighthPack.folder();
    private static final PackManifest MANIFEST = PackManifest.read(FOLDER);
    private static final JsonNode CASES = Golden.cases(EighthPack.GOLDEN);

    static Stream<JsonNode> graphs() {
        return StreamSupport.stream(CASES.get("graphs").spliterator(), false);
    }

    @Test
    void everyNetworkHasACase() {
        assertThat(graphs().map(golden -> golden.get("graph").asText()))
                .containsExactlyInAnyOrderElementsOf(MANIFEST.graphs().keySet());
    }

    @ParameterizedTest
    @MethodSource("graphs")
    void answersAsPyTorch(JsonNode golden) {
        String role = golden.get("graph").asText();
        PackManifest.Graph spec = MANIFEST.graphs().get(role);
        NetworkRuntime runtime = new NetworkRuntime(Device.cpu());
        JsonNode inputs = golden.get("inputs");
        int batch = inputs.get(spec.inputs().keySet().stream()
                .filter(name -> spec.inputs().get(name).sizes().get(0) instanceof String)
                .findFirst().orElseThrow()).get("shape").get(0).asInt();
        try (Graph graph = new Graph(new PackFiles(FOLDER), role, spec, runtime, 1)) {
            if (spec.inputs().containsKey(Graph.IDS)) {
                Golden.assertClose(golden, role, encode(graph, inputs.get(Graph.IDS)),
                        Golden.tensor(EighthPack.GOLDEN, golden.get("outputs").get("text").get("file")));
                return;
            }
            Binding binding = graph.bind(batch, Map.of());
            inputs.properties().forEach(input -> binding.input(input.getKey()).fill(values(input.getValue())));
            binding.run();
            golden.get("outputs").properties().forEach(output -> Golden.assertClose(
                    golden,
                    role + " " + output.getKey(),
                    every(binding.output(output.getKey()).toArray(), output.getValue().get("every").asInt()),
                    Golden.tensor(EighthPack.GOLDEN, output.getValue().get("file"))));
            binding.close();
        }
    }

    private static float[] encode(Graph graph, JsonNode ids) {
        long[] tokens = StreamSupport.stream(ids.get("values").spliterator(), false).mapToLong(JsonNode::asLong).toArray();
        try (OnnxTensor input = OnnxTensor.createTensor(
                        graph.runtime().environment(), LongBuffer.wrap(tokens), new long[] {1, tokens.length});
                OrtSession.Result result = graph.acquire().run(Map.of(Graph.IDS, input))) {
            FloatBuffer values = ((OnnxTensor) result.get(0)).getFloatBuffer();
            float[] text = new float[values.remaining()];
            values.get(text);
            return text;
        } catch (OrtException e) {
            throw new AssertionError(e);
        } finally {
            graph.release();
        }
    }

    private static float[] values(JsonNode input) {
        if (input.has("values")) {
            float[] said = new float[input.get("values").size()];
            for (int i = 0; i < said.length; i++) {
                said[i] = (float) input.get("values").get(i).asDouble();
            }
            return said;
        }
        int count = 1;
        for (JsonNode size : input.get("shape")) {
            count *= size.asInt();
        }
        float[] noise = new float[count];
        Formula.noise(input.get("seed").asLong(), noise);
        return noise;
    }

    private static float[] every(float[] values, int step) {
        float[] some = new float[(values.length + step - 1) / step];
        for (int i = 0; i < some.length; i++) {
            some[i] = values[i * step];
        }
        return some;
    }

    @Test
    void cutsPromptsIntoTokensAsPyTorch() {
        try (PromptTokenizer tokenizer = PromptTokenizer.open(FOLDER, MANIFEST.text())) {
            for (JsonNode golden : CASES.get("tokens")) {
                String prompt = golden.get("prompt").asText();
                long[] ids = StreamSupport.stream(golden.get("ids").spliterator(), false)
                        .mapToLong(JsonNode::asLong).toArray();
                if (ids.length <= MANIFEST.text().tokens()) {
                    assertThat(tokenizer.ids("prompt", prompt)).as(prompt).isEqualTo(ids);
                } else {
                    assertThatThrownBy(() -> tokenizer.ids("prompt", prompt)).isInstanceOf(InvalidFieldException.class)
                            .hasMessageContaining("prompt must be at most 75 tokens")
                            .hasMessageContaining("this has " + (ids.length - 2) + " tokens");
                }
            }
        }
    }

    @Test
    void saysWhichFileOfWeightsIsBroken(@TempDir Path folder) throws IOException {
        for (String file : List.of("pack.json", "vae_decoder.onnx", "vae_decoder.weights")) {
            Files.copy(FOLDER.resolve(file), folder.resolve(file));
        }
        Path weights = folder.resolve("vae_decoder.weights");
        byte[] whole = Files.readAllBytes(weights);
        Files.write(weights, Arrays.copyOf(whole, whole.length - 1));
        assertRefused(folder, "vae_decoder.weights: has " + (whole.length - 1) + " bytes instead of the " + whole.length);
        whole[0]++;
        Files.write(weights, whole);
        assertRefused(folder, "vae_decoder.weights: is not the file that the manifest was written for");
        Files.delete(weights);
        assertRefused(folder, "vae_decoder.weights: is missing");
    }

    private static void assertRefused(Path folder, String message) {
        assertThatThrownBy(() -> ModelPack.open(folder, Device.cpu())).isInstanceOf(PackException.class)
                .hasMessageContaining(message);
    }
}
