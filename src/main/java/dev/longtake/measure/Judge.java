package dev.longtake.measure;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.longtake.film.VideoFrames;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A classifier that says what a single frame shows. It was trained on the world's own renderer and never trains a
 * generator, so its verdict is independent of the pack it judges.
 */
public final class Judge implements AutoCloseable {

    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;
    private final Map<String, List<String>> labels;

    /**
     * Opens a judge.
     *
     * @param folder holds {@code judge.onnx} and {@code judge.json}, whose {@code labels} name the classes by kind
     */
    public Judge(Path folder) throws IOException, OrtException {
        JsonNode description = new ObjectMapper().readTree(folder.resolve("judge.json").toFile());
        Map<String, List<String>> all =
                new ObjectMapper().convertValue(description.path("labels"), new TypeReference<>() { });
        session = environment.createSession(folder.resolve("judge.onnx").toString());
        Map<String, List<String>> judged = new LinkedHashMap<>(all);
        judged.keySet().retainAll(session.getOutputNames());
        labels = Map.copyOf(judged);
    }

    /** The classes by kind (actor, place, …), those this judge can see in a single frame. */
    public Map<String, List<String>> labels() {
        return labels;
    }

    /**
     * Judges frames.
     *
     * @return for every kind the name of the likeliest class of each frame
     */
    public Map<String, List<String>> look(VideoFrames frames) {
        long[] shape = {frames.count(), 3, frames.height(), frames.width()};
        try (OnnxTensor pixels = OnnxTensor.createTensor(environment, planes(frames), shape);
                OrtSession.Result result = session.run(Map.of("frames", pixels))) {
            Map<String, List<String>> verdict = new LinkedHashMap<>();
            for (String kind : labels.keySet()) {
                float[][] logits = (float[][]) result.get(kind).orElseThrow().getValue();
                List<String> names = new ArrayList<>();
                for (float[] row : logits) {
                    names.add(labels.get(kind).get(largest(row)));
                }
                verdict.put(kind, names);
            }
            return verdict;
        } catch (OrtException e) {
            throw new IllegalStateException("The judge can't look at these frames", e);
        }
    }

    @Override
    public void close() throws OrtException {
        session.close();
    }

    /** (count, height, width, 3) bytes to (count, 3, height, width) floats in [-1, 1]. */
    private static FloatBuffer planes(VideoFrames frames) {
        int area = frames.height() * frames.width();
        FloatBuffer planes = FloatBuffer.allocate(frames.count() * 3 * area);
        for (int frame = 0; frame < frames.count(); frame++) {
            for (int channel = 0; channel < 3; channel++) {
                for (int pixel = 0; pixel < area; pixel++) {
                    int value = Byte.toUnsignedInt(frames.rgb()[(frame * area + pixel) * 3 + channel]);
                    planes.put(value / 127.5f - 1);
                }
            }
        }
        return planes.flip();
    }

    private static int largest(float[] row) {
        int best = 0;
        for (int i = 1; i < row.length; i++) {
            if (row[i] > row[best]) {
                best = i;
            }
        }
        return best;
    }
}
