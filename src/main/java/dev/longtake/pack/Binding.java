package dev.longtake.pack;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.longtake.film.CancelToken;
import dev.longtake.film.CancelledException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** A graph with tensors at all its inputs and outputs, ready to run any number of times without allocating. */
final class Binding implements AutoCloseable {

    private static final CancelToken NEVER = new CancelToken();

    private final Graph graph;
    private final Map<String, HostTensor> owned = new HashMap<>();
    private final Map<String, HostTensor> inputs;
    private final Map<String, HostTensor> outputs;
    private final Map<String, OnnxTensor> inputTensors = new HashMap<>();
    private final Map<String, OnnxTensor> outputTensors = new HashMap<>();

    Binding(Graph graph, int free, Map<String, HostTensor> shared) {
        this.graph = graph;
        inputs = tensors(graph.spec().inputs(), free, shared);
        outputs = tensors(graph.spec().outputs(), free, Map.of());
        inputs.forEach((name, tensor) -> inputTensors.put(name, tensor.tensor()));
        outputs.forEach((name, tensor) -> outputTensors.put(name, tensor.tensor()));
    }

    private Map<String, HostTensor> tensors(
            Map<String, TensorShape> shapes, int free, Map<String, HostTensor> shared) {
        Map<String, HostTensor> tensors = new LinkedHashMap<>();
        shapes.forEach((name, shape) -> {
            HostTensor tensor = shared.get(name);
            if (tensor == null) {
                tensor = new HostTensor(graph.runtime().environment(), shape.with(free));
                owned.put(name, tensor);
            }
            tensors.put(name, tensor);
        });
        return tensors;
    }

    boolean has(String input) {
        return inputs.containsKey(input);
    }

    HostTensor input(String name) {
        return inputs.get(name);
    }

    HostTensor output(String name) {
        return outputs.get(name);
    }

    Map<String, HostTensor> outputs() {
        return outputs;
    }

    /** Runs the graph to its end. */
    void run() {
        try {
            run(NEVER);
        } catch (CancelledException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Runs the graph, unless {@code token} is cancelled before it is done; then its outputs hold nothing of use.
     */
    void run(CancelToken token) throws CancelledException {
        token.check();
        OrtSession session = graph.acquire();
        graph.runtime().clock().start();
        try (OrtSession.RunOptions options = new OrtSession.RunOptions();
                CancelToken.Registration ignored = token.onCancel(() -> terminate(options))) {
            session.run(inputTensors, Set.of(), outputTensors, options).close();
        } catch (OrtException e) {
            token.check();
            throw new IllegalStateException("The network " + graph.role() + " failed: " + e.getMessage(), e);
        } finally {
            graph.runtime().clock().stop();
            graph.release();
        }
    }

    private static void terminate(OrtSession.RunOptions options) {
        try {
            options.setTerminate(true);
        } catch (OrtException e) {
            throw new IllegalStateException("A network can't be stopped: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        owned.values().forEach(HostTensor::close);
    }
}
