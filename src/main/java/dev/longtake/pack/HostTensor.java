package dev.longtake.pack;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;

/** A tensor in memory of our own, outside the heap: ONNX Runtime reads and writes it in place, again and again. */
final class HostTensor implements AutoCloseable {

    private final FloatBuffer buffer;
    private final OnnxTensor tensor;

    HostTensor(OrtEnvironment environment, long[] shape) {
        int size = Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact));
        buffer = ByteBuffer.allocateDirect(Math.multiplyExact(size, Float.BYTES))
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        try {
            tensor = OnnxTensor.createTensor(environment, buffer, shape);
        } catch (OrtException e) {
            throw new IllegalStateException("A tensor can't be made: " + e.getMessage(), e);
        }
    }

    OnnxTensor tensor() {
        return tensor;
    }

    int size() {
        return buffer.capacity();
    }

    /** Writes {@code values}, repeated as often as they fit. */
    void fill(float[] values) {
        fill(values, 0, values.length);
    }

    /** Writes a part of {@code values}, repeated as often as it fits. */
    void fill(float[] values, int from, int length) {
        if (length == 0 || size() % length != 0) {
            throw new IllegalArgumentException(length + " numbers don't fit a tensor of " + size());
        }
        for (int offset = 0; offset < size(); offset += length) {
            buffer.put(offset, values, from, length);
        }
    }

    void fill(float value) {
        for (int i = 0; i < size(); i++) {
            buffer.put(i, value);
        }
    }

    void copyTo(float[] target, int offset) {
        buffer.get(0, target, offset, size());
    }

    float[] toArray() {
        float[] values = new float[size()];
        copyTo(values, 0);
        return values;
    }

    @Override
    public void close() {
        tensor.close();
    }
}
