package dev.longtake.pack;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeSet;

/**
 * One network whose inputs and outputs are those that the manifest says. It is loaded when it is first used, and again
 * after it had to make room for others.
 */
final class Graph implements AutoCloseable {

    /** Tokens are numbered; all other tensors are of float32. */
    static final String IDS = "ids";

    /** Weights are stored in fp16; most take twice as much where they are computed with in fp32. */
    private static final int WIDENED = 2;

    private final PackFiles files;
    private final String role;
    private final PackManifest.Graph spec;
    private final NetworkRuntime runtime;
    private final int lanes;

    /**
     * A network that is not loaded yet.
     *
     * @param lanes runs of it that share the device's threads
     */
    Graph(PackFiles files, String role, PackManifest.Graph spec, NetworkRuntime runtime, int lanes) {
        this.files = files;
        this.role = role;
        this.spec = spec;
        this.runtime = runtime;
        this.lanes = lanes;
    }

    /**
     * Gets the network ready now, unless it may have to make room for others before it is used.
     *
     * @throws PackException if the file is not the graph that the manifest describes
     */
    Graph prepare() {
        if (runtime.memory().unlimited()) {
            acquire();
            release();
        }
        return this;
    }

    /** The network, loaded, until {@link #release}. */
    OrtSession acquire() {
        return runtime.memory().acquire(this);
    }

    void release() {
        runtime.memory().release(this);
    }

    /** For {@link DeviceMemory}. */
    OrtSession open() {
        boolean half = runtime.halves() && spec.half().isPresent();
        Path file = half
                ? files.get(spec.half().get().file(), spec.half().get().sha256())
                : files.get(spec.file(), spec.sha256());
        spec.weights().ifPresent(files::check);
        OrtSession session = runtime.createSession(file, lanes);
        try {
            checkTensors(file, "input", spec.inputs(), session.getInputInfo());
            checkTensors(file, "output", spec.outputs(), session.getOutputInfo());
            return session;
        } catch (OrtException e) {
            NetworkRuntime.close(session);
            throw PackException.at(file, "can't be inspected: " + e.getMessage(), e);
        } catch (PackException e) {
            NetworkRuntime.close(session);
            throw e;
        }
    }

    private static void checkTensors(
            Path file, String kind, Map<String, TensorShape> expected, Map<String, NodeInfo> found) {
        if (!expected.keySet().equals(found.keySet())) {
            throw PackException.at(file, "the manifest names the " + kind + "s " + new TreeSet<>(expected.keySet())
                    + ", the graph has " + new TreeSet<>(found.keySet()));
        }
        found.forEach((name, node) -> {
            OnnxJavaType type = name.equals(IDS) ? OnnxJavaType.INT64 : OnnxJavaType.FLOAT;
            if (!(node.getInfo() instanceof TensorInfo info && info.type == type)) {
                throw PackException.at(file, kind + " " + name + " must be a tensor of "
                        + (type == OnnxJavaType.FLOAT ? "float32" : "int64") + ", but is " + node.getInfo());
            }
            long[] shape = ((TensorInfo) node.getInfo()).getShape();
            if (!expected.get(name).allows(shape)) {
                throw PackException.at(file, kind + " " + name + " is " + expected.get(name)
                        + " in the manifest, but " + Arrays.toString(shape) + " in the graph (-1: any)");
            }
        });
    }

    /** Memory that the weights take while the network is loaded, at most. */
    long bytes() {
        long stored = spec.weights().map(PackManifest.Graph.Weights::bytes)
                .orElseGet(() -> PackFiles.size(files.get(spec.file(), spec.sha256())));
        return runtime.halves() && spec.half().isPresent() ? stored : WIDENED * stored;
    }

    String role() {
        return role;
    }

    PackManifest.Graph spec() {
        return spec;
    }

    NetworkRuntime runtime() {
        return runtime;
    }

    /**
     * Makes the tensors for one size of batch.
     *
     * @param free   size of every dimension that the manifest leaves open
     * @param shared inputs that another binding owns (its outputs, say)
     */
    Binding bind(int free, Map<String, HostTensor> shared) {
        return new Binding(this, free, shared);
    }

    @Override
    public void close() {
        runtime.memory().forget(this);
    }
}
