package dev.longtake.measure;

import static org.bytedeco.opencv.global.opencv_imgproc.INTER_AREA;
import static org.bytedeco.opencv.global.opencv_imgproc.INTER_LINEAR;
import static org.bytedeco.opencv.global.opencv_imgproc.resize;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.longtake.film.VideoFrames;
import dev.longtake.pack.OnnxEnvironment;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * Two classifiers that say what a film shows: one looks at single frames (actor, place, time, weather), one at clips
 * of a few frames (action). They were trained on the world's own renderer and never train a generator, so their
 * verdict is independent of the pack they judge. Frames of any size are scaled to the classifiers' own.
 */
public final class Judge implements AutoCloseable {

    /** The kind of thing that takes more than one frame to see. */
    public static final String ACTION = "action";

    private static final String FRAMES = "frames";
    private static final String CLIPS = "clips";

    private final OrtEnvironment environment = OnnxEnvironment.get();
    private final OrtSession frameSession;
    private final OrtSession clipSession;
    private final Map<String, List<String>> labels;
    private final int clipFrames;
    private final int height;
    private final int width;

    /**
     * Opens a judge.
     *
     * @param folder holds {@code judge.onnx}: {@code frames} (N, 3, H, W) in [-1, 1] to logits (N, classes) by kind;
     *               {@code action.onnx}: {@code clips} (N, F, 3, H, W) to {@code action} (N, classes); and
     *               {@code judge.json}, whose {@code labels} name the classes by kind
     */
    public Judge(Path folder) throws IOException, OrtException {
        JsonNode description = new ObjectMapper().readTree(folder.resolve("judge.json").toFile());
        Map<String, List<String>> all =
                new ObjectMapper().convertValue(description.path("labels"), new TypeReference<>() { });
        frameSession = session(folder.resolve("judge.onnx"));
        try {
            clipSession = session(folder.resolve("action.onnx"));
        } catch (OrtException e) {
            frameSession.close();
            throw e;
        }
        Map<String, List<String>> judged = new LinkedHashMap<>(all);
        judged.keySet().removeIf(kind ->
                !frameSession.getOutputNames().contains(kind) && !clipSession.getOutputNames().contains(kind));
        labels = Map.copyOf(judged);
        long[] clips = ((TensorInfo) clipSession.getInputInfo().get(CLIPS).getInfo()).getShape();
        clipFrames = (int) clips[1];
        height = (int) clips[3];
        width = (int) clips[4];
    }

    private OrtSession session(Path graph) throws OrtException {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            // Threads that go on spinning would slow down the film that is being judged, and its speed is measured.
            options.addConfigEntry("session.intra_op.allow_spinning", "0");
            return environment.createSession(graph.toString(), options);
        }
    }

    /** The classes by kind (actor, place, …), those this judge can tell. */
    public Map<String, List<String>> labels() {
        return labels;
    }

    /** Frames of a clip that {@link #action} judges. */
    public int clipFrames() {
        return clipFrames;
    }

    /**
     * Judges single frames.
     *
     * @return for every kind but the action the name of the likeliest class of each frame
     */
    public Map<String, List<String>> look(VideoFrames frames) {
        VideoFrames seen = scale(frames);
        Map<String, List<String>> verdict = new LinkedHashMap<>();
        run(frameSession, FRAMES, seen, seen.count(), 3, height, width).forEach((kind, logits) -> {
            List<String> names = new ArrayList<>();
            for (float[] row : logits) {
                names.add(labels.get(kind).get(largest(row)));
            }
            verdict.put(kind, names);
        });
        return verdict;
    }

    /**
     * Judges the action of a clip.
     *
     * @param clip {@link #clipFrames} frames in a row
     * @return the name of the likeliest class
     */
    public String action(VideoFrames clip) {
        if (clip.count() != clipFrames) {
            throw new IllegalArgumentException("a clip has " + clipFrames + " frames, not " + clip.count());
        }
        float[][] logits = run(clipSession, CLIPS, scale(clip), 1, clipFrames, 3, height, width).get(ACTION);
        return labels.get(ACTION).get(largest(logits[0]));
    }

    /** Frames at the size that this judge works at; the same frames where they have it. */
    public VideoFrames scale(VideoFrames frames) {
        if (frames.height() == height && frames.width() == width) {
            return frames;
        }
        OpenCv.load();
        // Averaging areas keeps a smaller picture from flickering, but leaves blocks in a larger one.
        boolean smaller = frames.height() >= height && frames.width() >= width;
        int from = frames.height() * frames.width() * 3;
        int to = height * width * 3;
        byte[] rgb = new byte[frames.count() * to];
        try (BytePointer pixels = new BytePointer(from);
                Mat picture = new Mat(frames.height(), frames.width(), opencv_core.CV_8UC3, pixels);
                Mat scaled = new Mat();
                Size size = new Size(width, height)) {
            for (int frame = 0; frame < frames.count(); frame++) {
                pixels.put(frames.rgb(), frame * from, from);
                resize(picture, scaled, size, 0, 0, smaller ? INTER_AREA : INTER_LINEAR);
                scaled.data().get(rgb, frame * to, to);
            }
        }
        return new VideoFrames(frames.count(), height, width, rgb);
    }

    @Override
    public void close() throws OrtException {
        frameSession.close();
        clipSession.close();
    }

    private Map<String, float[][]> run(OrtSession session, String input, VideoFrames frames, long... shape) {
        try (OnnxTensor pixels = OnnxTensor.createTensor(environment, planes(frames), shape);
                OrtSession.Result result = session.run(Map.of(input, pixels))) {
            Map<String, float[][]> logits = new LinkedHashMap<>();
            for (String kind : session.getOutputNames()) {
                if (labels.containsKey(kind)) {
                    logits.put(kind, (float[][]) result.get(kind).orElseThrow().getValue());
                }
            }
            return logits;
        } catch (OrtException e) {
            throw new IllegalStateException("The judge can't look at these frames", e);
        }
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
