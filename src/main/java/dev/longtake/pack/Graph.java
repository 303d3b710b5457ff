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

/** One loaded network whose inputs and outputs are those that the manifest says. */
final class Graph implements AutoCloseable {

    private final String role;
    private final PackManifest.Graph spec;
    private final NetworkRuntime runtime;
    private final OrtSession session;

    private Graph(String role, PackManifest.Graph spec, NetworkRuntime runtime, OrtSession session) {
        this.role = role;
        this.spec = spec;
        this.runtime = runtime;
        this.session = session;
    }

    /** @throws PackException if the file is not the graph that the manifest describes */
    static Graph load(NetworkRuntime runtime, Path folder, String role, PackManifest.Graph spec) {
        return load(runtime, folder, role, spec, 1);
    }

    /** The same for a graph of which several runs, {@code lanes} of them, share the device's threads. */
    static Graph load(NetworkRuntime runtime, Path folder, String role, PackManifest.Graph spec, int lanes) {
        Path file = folder.resolve(spec.file());
        Checksum.check(file, spec.sha256());
        OrtSession session = runtime.createSession(file, lanes);
        try {
            checkTensors(file, "input", spec.inputs(), session.getInputInfo());
            checkTensors(file, "output", spec.outputs(), session.getOutputInfo());
        } catch (OrtException e) {
            NetworkRuntime.close(session);
            throw PackException.at(file, "can't be inspected: " + e.getMessage(), e);
        } catch (PackException e) {
            NetworkRuntime.close(session);
            throw e;
        }
        return new Graph(role, spec, runtime, session);
    }

    private static void checkTensors(
            Path file, String kind, Map<String, TensorShape> expected, Map<String, NodeInfo> found) {
        if (!expected.keySet().equals(found.keySet())) {
            throw PackException.at(file, "the manifest names the " + kind + "s " + new TreeSet<>(expected.keySet())
                    + ", the graph has " + new TreeSet<>(found.keySet()));
        }
        found.forEach((name, node) -> {
            boolean floats = node.getInfo() instanceof TensorInfo info && info.type == OnnxJavaType.FLOAT;
            if (!floats) {
                throw PackException.at(file, kind + " " + name + " must be a tensor of float32, but is "
                        + node.getInfo());
            }
            long[] shape = ((TensorInfo) node.getInfo()).getShape();
            if (!expected.get(name).allows(shape)) {
                throw PackException.at(file, kind + " " + name + " is " + expected.get(name)
                        + " in the manifest, but " + Arrays.toString(shape) + " in the graph (-1: any)");
            }
        });
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

    OrtSession session() {
        return session;
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
        NetworkRuntime.close(session);
    }
}
