package dev.longtake.director;

import dev.longtake.film.ChunkPlan;
import dev.longtake.film.Snapshot;
import dev.longtake.film.VideoFrames;
import dev.longtake.pack.PackManifest;
import dev.longtake.pack.VaeDecoder;
import java.util.Arrays;

/** Shows latents: as floats for the networks, as 8-bit pictures for people. */
final class Projector {

    private static final float[] NONE = {};

    private final VaeDecoder decoder;
    private final ChunkPlan plan;
    private final PackManifest.Video video;
    private final int plane;
    // Films are long: what every chunk needs anew would soon be most of the garbage.
    private final float[] handover;
    private float[] handedOver = NONE;

    Projector(VaeDecoder decoder, PackManifest manifest) {
        this.decoder = decoder;
        plan = manifest.chunk();
        video = manifest.video();
        plane = video.width() * video.height();
        handover = new float[plan.conditioningFrames() * 3 * plane];
    }

    /**
     * The last frames of a chunk, which the next one goes on from.
     *
     * @return (K, 3, H, W) in [-1, 1]; the next call overwrites it
     */
    float[] handover(Snapshot snapshot) {
        if (!Arrays.equals(snapshot.latents(), handedOver)) {
            handedOver = NONE;
            decoder.decode(snapshot.latents(), handoverFrom(), plan.frames(), handover);
            handedOver = snapshot.latents();
        }
        return handover;
    }

    /**
     * A chunk's new frames. The hand-over is decoded on its own here, too: so it can be used again when the next
     * chunk is made, and is the same bits when it can't.
     */
    VideoFrames newFrames(Snapshot snapshot) {
        int from = firstNew(snapshot.chunk());
        int before = Math.max(0, handoverFrom() - from);
        byte[] rgb = new byte[plan.newFrames(snapshot.chunk()) * 3 * plane];
        if (before > 0) {
            paint(decoder.decode(snapshot.latents(), from, handoverFrom()), 0, rgb, 0, before);
        }
        int skipped = Math.max(0, from - handoverFrom());
        paint(handover(snapshot), skipped, rgb, before, plan.conditioningFrames() - skipped);
        return frames(rgb);
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
        byte[] rgb = new byte[3 * plane];
        paint(decoder.decode(latent, 0, 1), 0, rgb, 0, 1);
        return frames(rgb);
    }

    private VideoFrames frames(byte[] rgb) {
        return new VideoFrames(rgb.length / (3 * plane), video.height(), video.width(), rgb);
    }

    /** Turns frames of (3, H, W) in [-1, 1] into frames of (H, W, 3) in 8 bits. */
    private void paint(float[] pixels, int fromFrame, byte[] rgb, int toFrame, int count) {
        for (int frame = 0; frame < count; frame++) {
            int source = (fromFrame + frame) * 3 * plane;
            int target = (toFrame + frame) * 3 * plane;
            for (int i = 0; i < plane; i++) {
                for (int colour = 0; colour < 3; colour++) {
                    float value = pixels[source + colour * plane + i];
                    rgb[target + 3 * i + colour] = (byte) Math.round((value + 1) * 127.5f);
                }
            }
        }
    }
}
