package dev.longtake.pack;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.Map;

/** A CLIP text tower of the pack. Prompts are filled up with padding, which the tower reads like any other token. */
final class ClipEncoder implements TextEncoder {

    private final Graph graph;
    private final PromptTokenizer tokenizer;
    private final TextConditioning.Clip text;

    /** @param tokenizer the pack's; whoever opened it closes it */
    ClipEncoder(Graph graph, TextConditioning.Clip text, PromptTokenizer tokenizer) {
        this.graph = graph;
        this.text = text;
        this.tokenizer = tokenizer;
    }

    @Override
    public float[] encode(String prompt) {
        long[] known = tokenizer.ids("prompt", prompt);
        long[] ids = Arrays.copyOf(known, text.tokens());
        Arrays.fill(ids, known.length, ids.length, text.padding());
        NetworkRuntime runtime = graph.runtime();
        OrtSession session = graph.acquire();
        runtime.clock().start();
        try (OnnxTensor tokens = OnnxTensor.createTensor(
                        runtime.environment(), LongBuffer.wrap(ids), new long[] {1, ids.length});
                OrtSession.Result result = session.run(Map.of(Graph.IDS, tokens))) {
            float[] values = new float[text.size()];
            ((OnnxTensor) result.get("text").orElseThrow()).getFloatBuffer().get(values);
            return values;
        } catch (OrtException e) {
            throw new IllegalStateException("The network " + graph.role() + " failed: " + e.getMessage(), e);
        } finally {
            runtime.clock().stop();
            graph.release();
        }
    }

    @Override
    public void close() {
        graph.close();
    }
}
