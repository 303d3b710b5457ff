package dev.longtake.pack;

import ai.onnxruntime.platform.Fp16Conversions;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;

/**
 * All networks of StreamingT2V at an eighth of their width, as the converter writes them. Their weights, 150 MB, are made
 * here by the formula that PyTorch's side used; the manifest's checksums tell that they are the same.
 */
public final class EighthPack {

    private static final Path COMMITTED = Path.of("src/test/resources/packs/streamingt2v-eighth");
    /** What PyTorch answered. */
    public static final Path GOLDEN = COMMITTED.resolve("golden");

    private static final Path FOLDER = Path.of("target/packs/streamingt2v-eighth");
    private static final String RECIPE = "weights.json";

    private EighthPack() { }

    /** The pack's folder, with its weights; what is there already is left alone. */
    public static synchronized Path folder() {
        try {
            Files.createDirectories(FOLDER);
            try (FileChannel turn = FileChannel.open(
                            FOLDER.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock ignored = turn.lock()) {
                fill();
            }
            return FOLDER;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void fill() throws IOException {
        try (var files = Files.list(COMMITTED)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = FOLDER.resolve(file.getFileName());
                if (!Files.exists(copy) || Files.mismatch(file, copy) >= 0) {
                    Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
        JsonNode recipe = new ObjectMapper().readTree(FOLDER.resolve(RECIPE).toFile());
        for (Map.Entry<String, JsonNode> file : recipe.properties()) {
            Path weights = FOLDER.resolve(file.getKey());
            byte[] made = weights(file.getValue());
            if (!Files.exists(weights) || !Arrays.equals(Files.readAllBytes(weights), made)) {
                Files.write(weights, made);
            }
        }
    }

    private static byte[] weights(JsonNode file) {
        ByteBuffer bytes = ByteBuffer.allocate(file.get("bytes").asInt()).order(ByteOrder.LITTLE_ENDIAN);
        for (JsonNode entry : file.get("entries")) {
            short[] halves = halves(entry.get("exponent").asInt());
            int count = entry.get("count").asInt();
            byte[] stream = Formula.stream(entry.get("seed").asLong(), count);
            bytes.position(entry.get("offset").asInt());
            for (int i = 0; i < count; i++) {
                bytes.putShort(halves[stream[i] & 0xff]);
            }
        }
        return bytes.array();
    }

    /** What each byte is in fp16. */
    private static short[] halves(int exponent) {
        short[] halves = new short[256];
        for (int i = 0; i < halves.length; i++) {
            halves[i] = Fp16Conversions.floatToFp16((float) Math.scalb((double) (i - 128), exponent));
        }
        return halves;
    }
}
