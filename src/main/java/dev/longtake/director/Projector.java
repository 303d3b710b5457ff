package dev.longtake.director;

import dev.longtake.film.ChunkPlan;
import dev.longtake.film.Snapshot;
import dev.longtake.film.VideoFrames;
import dev.longtake.pack.PackManifest;
import dev.longtake.pack.VaeDecoder;
import java.util.Arrays;

/** Shows latents: as floats for the networks, as 8-bit pictures for people. */
final class Projector {

    private final VaeDecoder decoder;
    private final ChunkPlan plan;
    private final PackManifest.Video video;
    private float[] knownLatents = {};
    private float[] knownHandover = {};

    Projector(VaeDecoder decoder, PackManifest manifest) {
        this.decoder = decoder;
        plan = manifest.chunk();
        video = manifest.video();
    }

    /** The last frames of a chunk, which the next one goes on from: (K, 3, H, W) in [-1, 1]. */
    float[] handover(Snapshot snapshot) {
        if (!Arrays.equals(snapshot.latents(), knownLatents)) {
            knownHandover = decoder.decode(snapshot.latents(), handoverFrom(), plan.frames());
            knownLatents = snapshot.latents();
        }
        return knownHandover;
    }

    /**
     * A chunk's new frames. The hand-over is decoded on its own here, too: so it can be used again when the next
     * chunk is made, and is the same bits when it can't.
     */
    VideoFrames newFrames(Snapshot snapshot) {
        int from = firstNew(snapshot.chunk());
        float[] handover = handover(snapshot);
        int frame = handover.length / plan.conditioningFrames();
        if (from >= handoverFrom()) {
            return pictures(Arrays.copyOfRange(handover, (from - handoverFrom()) * frame, handover.length));
        }
        float[] before = decoder.decode(snapshot.latents(), from, handoverFrom());
        float[] all = Arrays.copyOf(before, before.length + handover.length);
        System.arraycopy(handover, 0, all, before.length, handover.length);
        return pictures(all);
    }

    private int handoverFrom() {
        return plan.frames() - plan.conditioningFrames();
    }

    /** Index within its chunk of the first frame that the film shows. */
    int firstNew(int chunk) {
        return plan.frames() - plan.newFrames(chunk);
    }

    /** One frame's latent as a picture. */
    VideoFrames picture(float[] latent) {
        return pictures(decoder.decode(latent, 0, 1));
    }

    private VideoFrames pictures(float[] pixels) {
        int plane = video.width() * video.height();
        int count = pixels.length / (3 * plane);
        byte[] rgb = new byte[pixels.length];
        for (int frame = 0; frame < count; frame++) {
            int start = frame * 3 * plane;
            for (int i = 0; i < plane; i++) {
                for (int colour = 0; colour < 3; colour++) {
                    rgb[start + 3 * i + colour] = (byte) Math.round((pixels[start + colour * plane + i] + 1) * 127.5f);
                }
            }
        }
        return new VideoFrames(count, video.height(), video.width(), rgb);
    }
}
