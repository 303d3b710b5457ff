package dev.longtake.memory;

import dev.longtake.film.Snapshot;
import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Snapshots as bytes, bit for bit: format (1), chunk, number of latents, number of anchor values (32-bit integers),
 * latents, anchor (32-bit floats), all little-endian.
 */
final class SnapshotCodec {

    private static final int FORMAT = 1;
    private static final int HEADER_BYTES = 4 * Integer.BYTES;

    private SnapshotCodec() {}

    static Buffer encode(Snapshot snapshot) {
        int floats = snapshot.latents().length + snapshot.anchor().length;
        ByteBuffer bytes =
                ByteBuffer.allocate(HEADER_BYTES + floats * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(FORMAT)
                .putInt(snapshot.chunk())
                .putInt(snapshot.latents().length)
                .putInt(snapshot.anchor().length);
        bytes.asFloatBuffer().put(snapshot.latents()).put(snapshot.anchor());
        return Buffer.buffer(bytes.array());
    }

    static Snapshot decode(Buffer encoded) {
        ByteBuffer bytes = ByteBuffer.wrap(encoded.getBytes()).order(ByteOrder.LITTLE_ENDIAN);
        int format = bytes.getInt();
        if (format != FORMAT) {
            throw new IllegalStateException("a snapshot of format " + format + " is too new; this is " + FORMAT);
        }
        int chunk = bytes.getInt();
        float[] latents = new float[bytes.getInt()];
        float[] anchor = new float[bytes.getInt()];
        bytes.asFloatBuffer().get(latents).get(anchor);
        return new Snapshot(chunk, latents, anchor);
    }
}
