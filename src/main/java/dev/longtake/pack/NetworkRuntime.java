package dev.longtake.pack;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import java.nio.file.Path;

/** ONNX Runtime, set up for one device. */
final class NetworkRuntime {

    private final OrtEnvironment environment;
    private final Device device;
    private final DeviceMemory memory;
    private final NetworkClock clock;

    NetworkRuntime(Device device) {
        this(device, new NetworkClock());
    }

    private NetworkRuntime(Device device, NetworkClock clock) {
        this.device = device;
        this.clock = clock;
        memory = new DeviceMemory(device.memory());
        environment = OnnxEnvironment.get();
    }

    /** For what is the same on every device: the processor, with the same clock, and the same memory where that is it. */
    NetworkRuntime onProcessor() {
        return device.kind() == Device.Kind.CPU ? this : new NetworkRuntime(device.processor(), clock);
    }

    DeviceMemory memory() {
        return memory;
    }

    /** Whether networks are computed in fp16 where they can. */
    boolean halves() {
        return device.kind() == Device.Kind.CUDA;
    }

    OrtEnvironment environment() {
        return environment;
    }

    NetworkClock clock() {
        return clock;
    }

    /**
     * How many runs of one graph are worth having at the same time. On a processor two runs that share the threads
     * finish earlier than one run of twice the size on all of them, which loses time wherever a layer is too small
     * to be split. A graphics card is better off with the large run.
     */
    int lanes() {
        return device.kind() == Device.Kind.CUDA ? 1 : Math.min(2, threads());
    }

    /** Whether the entries of a batch run on their own; never up to the threads, since it changes the last bits. */
    boolean splitsBatches() {
        return device.kind() == Device.Kind.CPU;
    }

    /**
     * Loads a graph onto the device.
     *
     * @param lanes runs of it that share the device's threads
     */
    OrtSession createSession(Path file, int lanes) {
        try (SessionOptions options = options(Math.max(1, threads() / lanes))) {
            if (device.kind() == Device.Kind.CUDA) {
                addCuda(options);
            }
            return environment.createSession(file.toString(), options);
        } catch (OrtException e) {
            throw PackException.at(file, "can't be loaded: " + e.getMessage(), e);
        }
    }

    static void close(OrtSession session) {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("A network can't be closed: " + e.getMessage(), e);
        }
    }

    private int threads() {
        return device.threads() == 0 ? Runtime.getRuntime().availableProcessors() : device.threads();
    }

    private static SessionOptions options(int threads) throws OrtException {
        SessionOptions options = new SessionOptions();
        options.setIntraOpNumThreads(threads);
        options.setDeterministicCompute(true);
        // Each network has threads of its own; those of the last one must not spin while the next one runs.
        options.addConfigEntry("session.force_spinning_stop", "1");
        if (Processor.own().overflows()) {
            // Exact sums of 8-bit products. Not for every processor: those that need no such help lose a third of
            // their speed.
            options.addConfigEntry("session.x64quantprecision", "1");
        }
        return options;
    }

    private void addCuda(SessionOptions options) {
        try (OrtCUDAProviderOptions cuda = new OrtCUDAProviderOptions(device.index())) {
            cuda.add("arena_extend_strategy", "kSameAsRequested");
            cuda.add("cudnn_conv_algo_search", "HEURISTIC");
            cuda.add("use_tf32", "0");
            options.addCUDA(cuda);
            // With the pattern on, sessions that share a card can keep a gigabyte each (onnxruntime issue 29351).
            options.setMemoryPatternOptimization(false);
        } catch (OrtException e) {
            throw new PackException("device " + device + " can't be used: " + e.getMessage().strip()
                    + " (needs a build with -Pgpu, an NVIDIA driver and the libraries of CUDA 12 and cuDNN 9)", e);
        }
    }
}
