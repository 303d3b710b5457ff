package dev.longtake.pack;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;

/**
 * ONNX Runtime's environment, of which a process has one: quiet, and telling nobody. It is set up by whoever asks
 * first, so nobody may ask ONNX Runtime itself.
 */
public final class OnnxEnvironment {

    private OnnxEnvironment() { }

    /** @throws PackException if ONNX Runtime can't be set up */
    public static OrtEnvironment get() {
        OrtEnvironment environment =
                OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, "longtake");
        try {
            environment.setTelemetry(false);
        } catch (OrtException e) {
            throw new PackException("ONNX Runtime can't be set up: " + e.getMessage(), e);
        }
        return environment;
    }
}
