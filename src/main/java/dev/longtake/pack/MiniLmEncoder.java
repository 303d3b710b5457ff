package dev.longtake.pack;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.io.InputStream;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Map;

/**
 * all-MiniLM-L6-v2 (Wang et al., arXiv 2002.10957), which comes as a resource of a Maven artifact. What it gives begins
 * with [CLS]; rows after [SEP] are zero.
 */
final class MiniLmEncoder implements TextEncoder {

    /** Numbers per token. */
    static final int WIDTH = 384;

    private static final String RESOURCE = "/all-minilm-l6-v2.onnx";
    private static final String OUTPUT = "last_hidden_state";

    private final NetworkRuntime runtime;
    private final OrtSession session;
    private final PromptTokenizer tokenizer;
    private final TextConditioning text;

    /** @param tokenizer its own; whoever opened it closes it */
    MiniLmEncoder(NetworkRuntime runtime, TextConditioning text, PromptTokenizer tokenizer) {
        this.runtime = runtime;
        this.text = text;
        this.tokenizer = tokenizer;
        session = open(runtime);
    }

    /** By way of a file: a hundred megabytes that the Java heap needn't grow by. */
    private static OrtSession open(NetworkRuntime runtime) {
        try (InputStream model = MiniLmEncoder.class.getResourceAsStream(RESOURCE)) {
            if (model == null) {
                throw new PackException(RESOURCE + " is missing on the class path");
            }
            Path file = Files.createTempFile("longtake", ".onnx");
            try {
                Files.copy(model, file, StandardCopyOption.REPLACE_EXISTING);
                return runtime.createSession(file, 1);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new PackException(RESOURCE + " can't be unpacked: " + e.getMessage(), e);
        }
    }

    @Override
    public float[] encode(String prompt) {
        long[] ids = tokenizer.ids("prompt", prompt);
        long[] ones = new long[ids.length];
        Arrays.fill(ones, 1);
        runtime.clock().start();
        try (OnnxTensor tokens = tensor(ids);
                OnnxTensor mask = tensor(ones);
                OnnxTensor types = tensor(new long[ids.length]);
                OrtSession.Result result = session.run(
                        Map.of("input_ids", tokens, "attention_mask", mask, "token_type_ids", types))) {
            OnnxTensor states = (OnnxTensor) result.get(OUTPUT).orElseThrow();
            FloatBuffer values = states.getFloatBuffer();
            float[] padded = new float[text.size()];
            values.get(padded, 0, ids.length * text.width());
            return padded;
        } catch (OrtException e) {
            throw new IllegalStateException("The text encoder failed: " + e.getMessage(), e);
        } finally {
            runtime.clock().stop();
        }
    }

    private OnnxTensor tensor(long[] values) throws OrtException {
        return OnnxTensor.createTensor(runtime.environment(), LongBuffer.wrap(values), new long[] {1, values.length});
    }

    @Override
    public void close() {
        NetworkRuntime.close(session);
    }
}
